"""The schema's history."""

import asyncio
import io
import runpy
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy import Connection

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.sql.migrate import (
    WrongSchema,
    configuration,
    configuration_before,
    connected,
    migrate,
    require_current,
)
from solebook.adapters.sql.migrations import baseline
from solebook.adapters.sql.schema import metadata
from solebook.composition.sql_store import build_sql_store, open_sql_database
from solebook.ports.language.errors import Unavailable

from ...ports.records import Records


@pytest.fixture
def new_path(tmp_path: Path) -> Path:
    return tmp_path / "100%new.db"


@pytest.fixture
def new_url(new_path: Path) -> str:
    return f"sqlite:///{new_path}"


def dump(path: Path) -> list[str]:
    database = sqlite3.connect(path)
    lines = list(database.iterdump())
    database.close()
    return lines


def execute(path: Path, sql: str) -> None:
    database = sqlite3.connect(path, isolation_level=None)
    database.execute(sql)
    database.close()


def definitions(path: Path) -> dict[str, set[str]]:
    """The definition of each table, its columns in no order, and of each index and trigger."""
    database = sqlite3.connect(path)
    rows = database.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    database.close()
    return {name: set(clauses(sql)) for name, sql in rows}


def clauses(sql: str) -> Iterator[str]:
    """The columns and constraints of a CREATE TABLE and what is around them; else all as it is."""
    if not sql.startswith("CREATE TABLE"):
        yield sql
        return
    depth, begun = 0, 0
    for at, character in enumerate(sql):
        depth += (character == "(") - (character == ")")
        if (depth, character) in ((1, "("), (1, ","), (0, ")")):
            yield " ".join(sql[begun:at].split())
            begun = at + 1
    yield sql[begun:].strip()


def numbers(folder: str) -> list[int]:
    """The numbers of the revisions in a folder."""
    paths = Path(baseline.__file__).parents[1].glob(f"{folder}/[0-9]*.py")
    return sorted(int(path.name[:4]) for path in paths)


BASELINE = f"{numbers('versions')[0]:04}"


async def run(url: str, *commands: Callable[[Connection], object]) -> None:
    async with connected(url) as connection:
        for one in commands:
            await connection.run_sync(one)


def create_all(path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    engine.dispose()


async def test_revisions_lead_to_the_tables_that_the_code_knows(new_url: str) -> None:
    def check(connection: Connection) -> None:
        config = configuration(connection)
        config.stdout = io.StringIO()
        command.check(config)

    await migrate(new_url)
    await run(new_url, check)


async def test_revisions_lead_to_the_very_same_definitions(
    new_url: str, new_path: Path, tmp_path: Path
) -> None:
    # Alembic's check does not see a CHECK, a partial index's condition or WITHOUT ROWID.
    await migrate(new_url)
    create_all(tmp_path / "from_the_code.db")
    migrated = definitions(new_path)
    for name, lines in definitions(tmp_path / "from_the_code.db").items():
        assert migrated[name] == lines, name


async def test_a_file_from_before_the_baseline_gets_the_very_same_definitions(
    new_url: str, new_path: Path, path: Path
) -> None:
    def upgrade(connection: Connection) -> None:
        command.upgrade(configuration_before(connection), "0001")

    await run(new_url, upgrade)
    await migrate(new_url)
    await require_current(new_url)
    assert definitions(new_path) == definitions(path)


async def test_a_file_of_the_last_revision_before_the_baseline_is_at_the_baseline(
    new_url: str, new_path: Path
) -> None:
    def upgrade(connection: Connection) -> None:
        command.upgrade(configuration_before(connection), "head")

    def upgrade_to_the_baseline(connection: Connection) -> None:
        command.upgrade(configuration(connection), BASELINE)

    await run(new_url, upgrade)
    execute(new_path, "INSERT INTO rules_in_force VALUES (1, '{}', '2026-03-02 12:00:00.000000')")
    before = dump(new_path)
    await run(new_url, upgrade_to_the_baseline)
    assert dump(new_path) == before
    await migrate(new_url)
    await require_current(new_url)
    assert "INSERT INTO \"rules_in_force\" VALUES(1,'{}','2026-03-02 12:00:00.000000');" in before


async def test_revisions_lead_down_the_way_that_they_led_up(new_url: str, new_path: Path) -> None:
    def upgrade(connection: Connection) -> None:
        command.upgrade(configuration(connection), "+1")

    def downgrade(connection: Connection) -> None:
        command.downgrade(configuration(connection), "-1")

    stages = list[dict[str, set[str]]]()
    for _ in numbers("versions"):
        await run(new_url, upgrade)
        stages.append(definitions(new_path))
    while stages:
        assert definitions(new_path) == stages.pop()
        await run(new_url, downgrade)
    # What SQLite counts with stays.
    assert definitions(new_path).keys() == {"alembic_version", "sqlite_sequence"}


async def test_a_current_database_stays_as_it_is(path: Path, url: str) -> None:
    before = dump(path)
    await migrate(url)
    await require_current(url)
    assert dump(path) == before


def test_a_current_database_is_opened_without_alembic(url: str) -> None:
    start = f"""
import asyncio, sys
from solebook.adapters.sql.migrate import migrate, require_current
asyncio.run(require_current({url!r}))
asyncio.run(migrate({url!r}))
sys.exit("alembic" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", start], timeout=60).returncode == 0


async def test_processes_that_start_at_once_migrate_once(new_url: str, new_path: Path) -> None:
    await asyncio.gather(*(migrate(new_url) for _ in range(3)))
    await require_current(new_url)
    assert len(definitions(new_path)) > 20


async def test_a_migration_that_fails_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, new_url: str, new_path: Path
) -> None:
    def fail(*_: Any) -> None:
        raise LookupError

    with monkeypatch.context() as patch:
        patch.setattr(baseline.rules, "create", fail)  # some tables on
        with pytest.raises(LookupError):
            await migrate(new_url)
    assert definitions(new_path) == {}
    await migrate(new_url)
    await require_current(new_url)


async def test_a_database_that_is_newer_than_the_code_is_refused(path: Path, url: str) -> None:
    execute(path, "UPDATE alembic_version SET version_num = '9999'")
    before = dump(path)
    with pytest.raises(WrongSchema, match=r"newer than this version .* 9999: install the newer"):
        await migrate(url)
    with pytest.raises(WrongSchema, match="newer"):
        await require_current(url)
    assert dump(path) == before


async def test_a_database_that_is_older_is_not_opened_without_migrating(
    path: Path, url: str
) -> None:
    execute(path, "UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(WrongSchema, match="run `solebook migrate`"):
        async with open_sql_database(url, migrate=False):
            pass


async def test_an_empty_database_is_not_opened_without_migrating(new_url: str) -> None:
    with pytest.raises(WrongSchema, match="run `solebook migrate`"):
        async with open_sql_database(new_url, migrate=False):
            pass


@pytest.mark.parametrize("name", ["missing/solebook.db", "notes.txt"])
async def test_a_file_that_cannot_be_migrated_is_an_outage(tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.txt").write_text("a list of sneakers " * 100)
    with pytest.raises(Unavailable):
        await migrate(f"sqlite:///{tmp_path / name}")


async def test_a_store_is_opened_by_its_url_and_keeps_what_it_was_told(
    new_url: str, clock: VirtualClock, ids: SeededIds
) -> None:
    user = Records(ids=ids, clock=clock).user()
    async with open_sql_database(new_url) as database:
        store = build_sql_store(database, clock=clock, ids=ids)
        async with store.transaction():
            await store.users.add(user)
    async with open_sql_database(new_url, migrate=False) as database:
        store = build_sql_store(database, clock=clock, ids=ids)
        assert await store.users.get(user.id) == user


def test_revisions_are_numbered_without_gaps() -> None:
    before, versions = numbers("before"), numbers("versions")
    assert before == list(range(1, len(before) + 1))
    # The last revision before the baseline and the baseline are one and the same schema.
    assert versions == list(range(len(before), len(before) + len(versions)))


def test_a_new_revision_is_numbered_on(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def revision(_: object, message: str, **options: Any) -> None:
        asked.update(options, message=message)

    monkeypatch.setattr(command, "revision", revision)
    monkeypatch.setattr(sys, "argv", ["migrations", "why it changes"])
    runpy.run_module("solebook.adapters.sql.migrations", run_name="__main__")
    newest = max(numbers("versions"))
    assert asked == {
        "message": "why it changes",
        "autogenerate": True,
        "rev_id": f"{newest + 1:04}",
    }


def test_a_new_revision_needs_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["migrations"])
    with pytest.raises(SystemExit, match="usage"):
        runpy.run_module("solebook.adapters.sql.migrations", run_name="__main__")
