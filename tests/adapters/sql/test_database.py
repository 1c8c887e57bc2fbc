"""How the SQL store is connected."""

import asyncio
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.sql.engine.errors import Conflict
from solebook.adapters.sql.engine.sqlite_connection import SqliteConnection
from solebook.composition.adapters import Store
from solebook.ports.language.errors import NotFound, Unavailable

from ...ports.records import Records
from .conftest import OpenStore


async def pragma(connection: SqliteConnection, name: str) -> object:
    ((value,),) = await connection.fetch(f"PRAGMA {name}", ())
    return value


async def test_committed_data_is_on_the_disk(path: Path) -> None:
    connection = await SqliteConnection.open(path)
    full = 2
    assert await pragma(connection, "journal_mode") == "wal"
    assert await pragma(connection, "synchronous") == full
    assert await pragma(connection, "foreign_keys") == 1
    await connection.close()


async def test_a_reader_cannot_write(path: Path) -> None:
    connection = await SqliteConnection.open(path, read_only=True)
    assert await pragma(connection, "query_only") == 1
    with pytest.raises(Unavailable):
        await connection.execute("DELETE FROM users", ())
    await connection.close()


@pytest.mark.parametrize("url", ["mysql://localhost/solebook", "sqlite://", "sqlite:///:memory:"])
def test_an_url_that_names_no_file_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="store"):
        SqlDatabase(url)


@pytest.mark.parametrize("name", ["missing/solebook.db", "a_folder"])
async def test_a_file_that_cannot_be_opened_is_reported_at_once(tmp_path: Path, name: str) -> None:
    (tmp_path / "a_folder").mkdir()
    with pytest.raises(Unavailable):
        async with SqlDatabase(f"sqlite:///{tmp_path / name}"):
            pass


async def test_a_file_that_is_not_a_database_is_reported_at_once(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("a list of sneakers " * 100)
    with pytest.raises(Unavailable):
        async with SqlDatabase(f"sqlite:///{path}"):
            pass
    assert path.read_text().startswith("a list")


async def test_a_closed_store_is_unavailable(open_store: OpenStore, records: Records) -> None:
    async with open_store() as store:
        with pytest.raises(NotFound):
            await store.users.get(records.user_id())
    with pytest.raises(Unavailable):
        await store.users.get(records.user_id())
    with pytest.raises(Unavailable):
        async with store.transaction():
            await store.users.add(records.user())


async def test_closing_waits_for_the_transaction_that_is_under_way(
    open_store: OpenStore, records: Records
) -> None:
    user, begun = records.user(), asyncio.Event()

    async def write(store: Store) -> None:
        async with store.transaction():
            await store.users.add(user)
            begun.set()
            for _ in range(20):
                await asyncio.sleep(0)

    async with open_store() as store:
        task = asyncio.create_task(write(store))
        await begun.wait()
    await task
    async with open_store() as again:
        assert await again.users.get(user.id) == user


async def test_closing_does_not_wait_for_ever(open_store: OpenStore, records: Records) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def write(store: Store) -> None:
        async with store.transaction():
            await store.users.add(records.user())
            begun.set()
            await ended.wait()

    async with open_store(patience=0.01) as store:
        task = asyncio.create_task(write(store))
        await begun.wait()
    ended.set()
    with pytest.raises(Unavailable):
        await task


async def test_more_readers_than_connections_take_turns(store: Store, records: Records) -> None:
    users = [records.user() for _ in range(30)]
    async with store.transaction():
        for user in users:
            await store.users.add(user)
    read = await asyncio.gather(*(store.users.get(user.id) for user in users))
    assert read == users


async def test_commits_of_another_process_are_visible(
    store: Store, open_store: OpenStore, records: Records
) -> None:
    user = records.user()
    async with open_store() as other, other.transaction():
        await other.users.add(user)
    assert await store.users.get(user.id) == user


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("SELECT * FROM nowhere", AssertionError),
        ("SELECT ?", AssertionError),
        ("INSERT INTO sizes VALUES ('no product', 0, '9')", Conflict),
        ("INSERT INTO engine_shards VALUES (NULL, 1, 1, NULL)", Conflict),
    ],
)
async def test_no_error_of_the_driver_leaves_a_connection(
    path: Path, sql: str, error: type[Exception]
) -> None:
    connection = await SqliteConnection.open(path)
    with pytest.raises(error) as raised:
        await connection.execute(sql, ())
    assert isinstance(raised.value.__cause__, sqlite3.Error)
    await connection.close()


async def test_a_full_disk_is_an_outage(path: Path) -> None:
    connection = await SqliteConnection.open(path)
    pages = await pragma(connection, "page_count")
    await connection.fetch(f"PRAGMA max_page_count = {pages}", ())
    with pytest.raises(Unavailable):
        await connection.execute_many(
            "INSERT INTO engine_shards VALUES (?, 1, 1, ?)", _large_rows()
        )
    await connection.close()


def _large_rows() -> Sequence[tuple[int, str]]:
    return [(number, "x" * 4_096) for number in range(100)]


async def test_a_reader_that_met_an_outage_is_not_used_again(
    monkeypatch: pytest.MonkeyPatch, store: Store, records: Records
) -> None:
    user = records.user()
    async with store.transaction():
        await store.users.add(user)
    fetch = SqliteConnection.fetch
    failed: list[SqliteConnection] = []

    async def fail(self: SqliteConnection, sql: str, values: Sequence[Any]) -> Iterable[Any]:
        if self in failed or not failed:
            failed.append(self)
            raise Unavailable(what="the disk")
        return await fetch(self, sql, values)

    await store.users.get(user.id)
    monkeypatch.setattr(SqliteConnection, "fetch", fail)
    with pytest.raises(Unavailable):
        await store.users.get(user.id)
    assert await store.users.get(user.id) == user
    assert len(failed) == 1


# ---- what takes long, and what waits ------------------------------------------------------------


LONG = """
    WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 300_000)
    SELECT max(n) FROM numbers
""".replace("_", "")


async def test_a_long_query_continues_in_a_thread_and_does_not_block_the_loop(path: Path) -> None:
    connection = await SqliteConnection.open(path, read_only=True)
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    others = asyncio.create_task(take_turns())
    assert await connection.fetch(LONG, ()) == [(300_000,)]
    assert turns > 10
    others.cancel()
    await connection.close()


async def test_a_short_query_does_not_leave_its_caller(path: Path) -> None:
    connection = await SqliteConnection.open(path, read_only=True)
    asked = connection.fetch("SELECT 1", ())
    with pytest.raises(StopIteration) as answered:
        asked.send(None)
    assert answered.value.value == [(1,)]
    await connection.close()


async def test_a_short_query_does_not_leave_its_caller_however_often_it_runs(path: Path) -> None:
    connection = await SqliteConnection.open(path, read_only=True)
    query = LONG.replace("300000", "100")
    for _ in range(100):
        asked = connection.fetch(query, ())
        with pytest.raises(StopIteration) as answered:
            asked.send(None)
        assert answered.value.value == [(100,)]
    await connection.close()


async def test_a_query_that_took_long_is_not_begun_in_vain_each_time(path: Path) -> None:
    connection = await SqliteConnection.open(path, read_only=True)
    query = LONG.replace("300000", "?")

    async def leaves_its_caller(length: int) -> bool:
        asked = asyncio.ensure_future(connection.fetch(query, (length,)))
        await asyncio.sleep(0)
        at_once = asked.done()
        assert await asked == [(length,)]
        return not at_once

    assert not await leaves_its_caller(3)
    assert await leaves_its_caller(300_000)
    assert await leaves_its_caller(3)
    while await leaves_its_caller(3):
        pass  # in the end it is tried again
    await connection.close()


async def test_a_long_query_that_is_cancelled_is_over_at_once(path: Path) -> None:
    connection = await SqliteConnection.open(path, read_only=True)
    endless = LONG.replace("WHERE n < 300000", "")
    asked = asyncio.create_task(connection.fetch(endless, ()))
    while asked not in (done := await asyncio.wait({asked}, timeout=0.01))[0]:
        asked.cancel()
    assert asked.cancelled(), done
    assert await connection.fetch("SELECT 1", ()) == [(1,)]
    await connection.close()


async def test_a_writer_waits_for_another_process_without_blocking_the_loop(path: Path) -> None:
    connection = await SqliteConnection.open(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    begun = asyncio.create_task(connection.begin())
    assert not (await asyncio.wait({begun}, timeout=0.05))[0]
    other.execute("ROLLBACK")
    await asyncio.wait_for(begun, 60)
    await connection.commit()
    await connection.close()
    other.close()
