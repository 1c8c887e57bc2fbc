"""Imports beside a running exchange: they are killed, interrupted and completed, and it goes on."""

import random
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from .processes import Processes, Running, wait_until
from .test_processes import Market

pytestmark = pytest.mark.integration

ROWS = 10_000
"""So many that an import is still under way when somebody has seen its first batch."""
HEADER = "sold_on,product,us_size,price_usd,retail_usd,released_on\n"
UNLIMITED = {
    "SOLEBOOK_HTTP__USER_LIMIT__BURST": "100000",
    "SOLEBOOK_HTTP__ADDRESS_LIMIT__BURST": "100000",
}


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    processes = Processes(tmp_path, f"sqlite:///{tmp_path}/solebook.sqlite3")
    processes.environment |= UNLIMITED
    yield processes
    processes.close()


def written_file(folder: Path) -> Path:
    pick = random.Random(5)  # repeatable on purpose
    rows = [
        f"2019-{number * 12 // ROWS + 1:02d}-11,Nike Air Zebra {number % 5},"
        f"{pick.randint(4, 12)},{pick.randint(100, 999)},110,2016-09-24\n"
        for number in range(ROWS)
    ]
    file = folder / "sales.csv"
    file.write_text(HEADER + "".join(rows), encoding="utf-8")
    return file


class Import:
    """A process that imports a file."""

    def __init__(self, processes: Processes, file: Path) -> None:
        self.process = subprocess.Popen(
            # Who runs the tests in the background of a shell has them ignore interrupts.
            ["env", "--default-signal=INT", *processes.command, "import", "sales", str(file)],
            cwd=processes.folder,
            env=processes.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ended(self) -> tuple[int, str, str]:
        """Return the exit code and what it told, in its report and besides."""
        out, told = self.process.communicate(timeout=120)
        return self.process.returncode, out, told


def imported(folder: Path) -> int:
    """Return how many sales are on the tape."""
    with closing(sqlite3.connect(folder / "solebook.sqlite3", timeout=60)) as database:
        [(count,)] = database.execute("SELECT count(*) FROM sales")
    return int(count)


def found(running: Running) -> int:
    results = running.ok("GET", "/v1/search?q=zebra")["items"]
    return sum(result["sales"] for result in results)


def test_an_import_that_ends_early_is_completed_beside_a_running_exchange(
    processes: Processes, tmp_path: Path
) -> None:
    running = processes.serve()
    market = Market(processes, running)
    assert running.ok("GET", "/v1/search/autocomplete?q=zeb")["items"] == []
    file = written_file(tmp_path)

    killed = Import(processes, file)
    wait_until(lambda: imported(tmp_path) > 0)
    killed.process.kill()
    assert killed.ended()[0] == -signal.SIGKILL
    part = imported(tmp_path)
    assert 0 < part < ROWS
    assert part % 250 == 0

    interrupted = Import(processes, file)
    wait_until(lambda: imported(tmp_path) > part)
    interrupted.process.send_signal(signal.SIGINT)
    code, out, told = interrupted.ended()
    assert code == 130
    assert told.splitlines()[-1] == (
        "solebook: interrupted; what was imported stays, so run it again to go on"
    )
    assert f"{part:,} known already" in out
    part = imported(tmp_path)
    assert part < ROWS

    last = Import(processes, file)
    placed = 0
    while last.process.poll() is None and placed < 400:
        running.ok("POST", "/v1/asks", market.seller, json=market.quote(20_000 + 100 * placed))
        placed += 1
    code, out, told = last.ended()
    assert code == 0, told
    assert out.splitlines()[1] == f"{ROWS - part} sales imported, {part:,} known already"
    assert placed > 0

    wait_until(lambda: found(running) == ROWS)
    [first, *_] = running.ok("GET", "/v1/search/autocomplete?q=zeb")["items"]
    market_of_it = running.ok("GET", f"/v1/products/{first['id']}/market?size=9")
    assert market_of_it["last_sale"]["imported"] is True
    code, complaints = running.end()
    assert code == 0
    assert "locked" not in complaints
