"""An exchange of revision 0016 that was killed months ago is served by this code."""

import asyncio
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from ..adapters.sql.exchange_0016 import ORDERS, PASSWORD, restore
from .test_serve import PATIENCE, Server, serving, solebook

pytestmark = pytest.mark.journey


def sign_in(server: Server, name: str) -> str:
    credentials = {"email": f"{name}@example.com", "password": PASSWORD}
    return str(server.ok("POST", "/v1/sessions", json=credentials)["access_token"])


def wait_until_calm(folder: Path) -> None:
    """Wait until no message is unsent and no order waits to be paid."""
    begun = time.monotonic()
    with closing(sqlite3.connect(folder / "solebook.sqlite3")) as store:
        while any(store.execute(_UNDONE).fetchone()) and time.monotonic() < begun + PATIENCE:
            time.sleep(0.2)
        assert store.execute(_UNDONE).fetchone() == (0, 0)


_UNDONE = """
    SELECT (SELECT count(*) FROM outbox), (SELECT count(*) FROM orders WHERE status = 'pending')
"""


def test_it_goes_on_where_it_stopped_and_its_people_find_what_is_theirs(tmp_path: Path) -> None:
    folder = tmp_path / "solebook-data"
    folder.mkdir(mode=0o700)
    asyncio.run(restore(folder / "solebook.sqlite3", folder / "payment-provider.sqlite3"))
    with serving(tmp_path) as server:
        wait_until_calm(folder)
        assert server.http.get("/health/ready").status_code == 200
        admin, buyer = sign_in(server, "user-0"), sign_in(server, "user-2")
        shown = server.ok("GET", f"/v1/orders/{ORDERS['paid_out']}", buyer)
        assert (shown["status"], shown["payment_status"]) == ("delivered", "captured")
        assert server.ok("GET", f"/v1/orders/{ORDERS['paid_out']}/history", buyer)
        everybodys = server.ok("GET", "/v1/orders?role=admin&limit=100", admin)["items"]
        assert len(everybodys) == len(ORDERS)
        assert server.ok("GET", "/v1/notifications", buyer)["items"]
        letters = solebook(tmp_path, "admin", "dead-letters")
        assert letters.stdout.endswith("2 dead letters\n")
        indexed = solebook(tmp_path, "admin", "reindex")  # it is from before there was an index
        assert indexed.returncode == 0, indexed.stderr
        assert server.end(signal.SIGTERM)[0] == 0
    solvency = solebook(tmp_path, "admin", "solvency")
    assert (solvency.returncode, solvency.stderr) == (0, "")
