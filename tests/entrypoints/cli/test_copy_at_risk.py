"""`solebook admin copy` of many orders, while it is killed, and to what it must not write to."""

import asyncio
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, text

from solebook.adapters.sql.migrate import configuration, connected, migrate
from solebook.composition.container import open_application
from solebook.composition.copying import settings_for

from ...postgres_server import PostgresServer
from .conftest import Run
from .exchanges import settings_of, traded
from .many_orders import many_delivered
from .processes import Processes
from .test_main import one_line

COPY = (sys.executable, "-m", "solebook.entrypoints.cli.main", "admin", "copy", "--to")
COUNT = "SELECT count(*) FROM orders"


class Target:
    """A database to copy to."""

    def __init__(self, url: str) -> None:
        self.url = url

    def sql(self, statement: str) -> None:
        self._do(lambda connection: connection.execute(text(statement)))

    def downgrade(self) -> None:
        self._do(lambda connection: command.downgrade(configuration(connection), "-1"))

    def orders(self) -> int:
        counted: list[int] = []
        self._do(lambda connection: counted.extend(connection.execute(text(COUNT)).scalars()))
        return counted[0]

    def _do(self, work: Callable[[Connection], object]) -> None:
        async def do() -> None:
            async with connected(self.url) as connection:
                await connection.run_sync(work)

        asyncio.run(do())


@pytest.fixture(autouse=True)
def busy_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have PostgreSQL wait for a process that gets no processor time."""
    monkeypatch.setenv("SOLEBOOK_STORE__IDLE_IN_TRANSACTION_TIMEOUT", "PT10M")


@pytest.fixture(params=["sqlite", "postgres"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Target]:
    """A migrated, empty database of each kind, which a test may spoil."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'target.db'}"
        asyncio.run(migrate(url))
        yield Target(url)
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    request.getfixturevalue("postgres_url")  # it is the template, and has no rows
    url = server.create_database("copied", template="store")
    yield Target(url)
    server.sql("DROP DATABASE copied WITH (FORCE)")


def test_many_orders_are_copied(folder: Path, run: Run, target: Target, full: bool) -> None:
    count = 50_000 if full else 200
    many_delivered(folder, count)
    done = run("admin", "copy", "--to", target.url)
    assert done.code == 0, done.out[:1_000] + done.err
    assert done.out.startswith(
        f"no errors in {count} orders, {2 * count} quotes and {count} transfers"
    )
    assert target.orders() == count


def killed_after(lines: int, folder: Path, target: Target) -> bool:
    """Start a copy, kill it after so many lines of progress; return whether it was not over."""
    copying = subprocess.Popen(
        [*COPY, target.url],
        cwd=folder.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert copying.stderr is not None
    for _ in range(lines):
        if not copying.stderr.readline():
            break
    copying.kill()
    copying.communicate()
    return copying.returncode < 0


def test_a_copy_that_is_killed_leaves_nothing_or_everything(
    folder: Path, run: Run, target: Target, full: bool
) -> None:
    count = 2_000 if full else 500
    many_delivered(folder, count)
    outcomes = set()
    for lines in range(1, 60) if full else (1, 30):
        assert killed_after(lines, folder, target)
        outcomes.add(target.orders())
        if target.orders():
            break
    assert outcomes <= {0, count}
    again = run("admin", "copy", "--to", target.url)
    if target.orders() and count in outcomes:
        assert "the target is not empty" in one_line(again.err)
    else:
        assert again.code == 0, again.err
    assert target.orders() == count


def _is_older(target: Target) -> None:
    target.downgrade()


def _is_newer(target: Target) -> None:
    target.sql("UPDATE alembic_version SET version_num = '9999'")


def _has_no_exchange(target: Target) -> None:
    target.sql("DELETE FROM alembic_version")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_is_older, "the target: the database is older than this version of solebook"),
        (_is_newer, "the target: the database is newer than this version of solebook"),
        (_has_no_exchange, "the target: the database has no exchange yet"),
    ],
)
def test_a_target_with_another_schema_is_refused(
    folder: Path, run: Run, target: Target, spoil: Callable[[Target], None], told: str
) -> None:
    traded(folder)
    spoil(target)
    done = run("admin", "copy", "--to", target.url)
    assert (done.code, done.out) == (1, "")
    assert told in one_line(done.err)
    assert target.orders() == 0


def test_a_target_that_was_served_is_refused_for_it_has_rules_and_terms_of_its_own(
    folder: Path, run: Run, target: Target
) -> None:
    async def serve() -> None:
        async with open_application(settings_for(settings_of(folder), target.url)) as app:
            await app.bidding.adopt_rules()

    traded(folder)
    asyncio.run(serve())
    done = run("admin", "copy", "--to", target.url)
    assert (done.code, done.out) == (1, "")
    assert "the target is not empty: its table" in one_line(done.err)
    assert target.orders() == 0


def test_with_other_rules_in_the_settings_than_in_force_the_copy_is_reported_as_wrong(
    folder: Path, run: Run, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    traded(folder)
    monkeypatch.setenv("SOLEBOOK_MARKET__MIN_AMOUNT", "12300")
    done = run("admin", "copy", "--to", target.url)
    assert done.code == 1
    assert done.out.startswith("rules: rule min_amount: in force is ")


def test_a_file_that_is_served_from_another_folder_is_not_copied(
    folder: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    traded(folder)
    target = f"sqlite:///{tmp_path / 'target.db'}"
    asyncio.run(migrate(target))
    store = f"sqlite:///{folder / 'solebook.sqlite3'}"
    monkeypatch.setenv("SOLEBOOK_FOLDER", str(tmp_path / "elsewhere"))
    with closing(sqlite3.connect(folder / "solebook.sqlite3")) as other:
        other.execute(COUNT)
        done = run("admin", "copy", "--store", store, "--to", target)
    assert (done.code, done.out) == (1, "")
    assert "another process has the database open" in done.err
    assert Target(target).orders() == 0


def test_an_exchange_whose_processes_have_no_leases_is_not_copied(
    postgres_url: str, tmp_path: Path
) -> None:
    target = f"sqlite:///{tmp_path / 'target.db'}"
    asyncio.run(migrate(target))
    processes = Processes(tmp_path, postgres_url)
    try:
        processes.start("worker", "letters")
        done = processes.run("admin", "copy", "--to", target)
    finally:
        processes.close()
    assert (done.returncode, done.stdout) == (1, "")
    assert re.search(
        "an exchange is running on the database: solebook letters on", one_line(done.stderr)
    )
