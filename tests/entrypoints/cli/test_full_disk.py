"""An exchange whose disk is full: what it refuses, what it tells, and that it goes on."""

import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from ...served import PASSWORD
from .processes import Processes, wait_until

pytestmark = pytest.mark.integration

_MOST = 20_000
"""Bytes that the log does not reach, and the write-ahead log of the store has passed."""


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    processes = Processes(tmp_path, f"sqlite:///{tmp_path}/solebook.sqlite3")
    yield processes
    processes.close()


def test_a_process_goes_on_after_it_could_not_write(processes: Processes, tmp_path: Path) -> None:
    """Its files may not grow, as on a full disk, and then they may again."""
    running = processes.serve()
    person = {"password": PASSWORD, "first_name": "A", "last_name": "B"}
    others = [person | {"email": f"full{number}@example.com"} for number in range(4)]
    running.ok("POST", "/v1/users", json=person | {"email": "before@example.com"})
    _, most = resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE)

    resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (_MOST, most))
    statuses = {running.ask_for("POST", "/v1/users", json=body).status_code for body in others}
    assert 503 in statuses
    assert statuses <= {201, 202, 429, 503}
    status, states = running.readiness()
    assert (status, states["store"]) == (503, "cannot be written")
    running.ok("GET", "/v1/products")

    resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (most, most))
    # Health checks and registrations have limits, so an answer may be 429.
    wait_until(lambda: running.http.get("/health/ready").status_code == 200)
    after = person | {"email": "after@example.com"}
    wait_until(lambda: running.ask_for("POST", "/v1/users", json=after).is_success)
    code, said = running.ended(signal.SIGTERM, within=60)
    assert code == 0
    assert f"the store cannot be written: {tmp_path}/solebook.sqlite3: disk I/O error" in said
    assert "the store can be written again" in said
