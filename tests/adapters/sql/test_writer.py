"""Transactions that wait for their turn are committed together."""

import asyncio
from pathlib import Path

import pytest

from solebook.adapters.sql.engine.sqlite_connection import SqliteConnection
from solebook.adapters.sql.engine.sqlite_writer import SqliteWriter
from solebook.adapters.sql.engine.turns import Turns
from solebook.composition.adapters import Store
from solebook.ports.language.errors import NotFound, Unavailable
from solebook.ports.language.users import User

from ...ports.records import Records
from .conftest import OpenStore


class Refused(Exception):
    """Raised in the middle of a transaction."""


class Commits:
    """Counts the commits of every connection, and has them fail when it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self.failing = False
        commit = SqliteConnection.commit

        async def counted(connection: SqliteConnection) -> None:
            self.count += 1
            if self.failing:
                raise Unavailable(what="the disk")
            await commit(connection)

        monkeypatch.setattr(SqliteConnection, "commit", counted)


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> Commits:
    return Commits(monkeypatch)


async def add(store: Store, user: User, *, refused: bool = False) -> None:
    async with store.transaction():
        await store.users.add(user)
        if refused:
            raise Refused


async def added(store: Store, *users: User, refused: User | None = None) -> list[object]:
    """Add users in a transaction each, all at once, and return what each raised."""
    tasks = (add(store, user, refused=user is refused) for user in users)
    return list(await asyncio.gather(*tasks, return_exceptions=True))


async def stored(store: Store, *users: User) -> list[bool]:
    async def is_stored(user: User) -> bool:
        try:
            return await store.users.get(user.id) == user
        except NotFound:
            return False

    return [await is_stored(user) for user in users]


async def test_transactions_that_wait_are_committed_together(
    store: Store, records: Records, commits: Commits, open_store: OpenStore
) -> None:
    users = [records.user() for _ in range(8)]
    assert await added(store, *users) == [None] * 8
    assert commits.count == 1
    async with open_store() as other:
        assert await stored(other, *users) == [True] * 8


async def test_a_transaction_by_itself_is_committed_by_itself(
    store: Store, records: Records, commits: Commits
) -> None:
    await add(store, records.user())
    await add(store, records.user())
    assert commits.count == 2


async def test_an_urgent_transaction_goes_first_and_is_committed_without_those_who_wait(
    tmp_path: Path, commits: Commits
) -> None:
    writer = SqliteWriter(tmp_path / "store.sqlite3", patience=10)
    await writer.begin()
    committed: list[tuple[str, int]] = []

    async def write(name: str, *, urgent: bool = False) -> None:
        await writer.begin(urgent=urgent)
        await writer.conclude()
        committed.append((name, commits.count))

    waiting = asyncio.create_task(write("waiting"))
    urgent = asyncio.create_task(write("urgent", urgent=True))
    await asyncio.sleep(0)
    await writer.conclude()
    await asyncio.gather(waiting, urgent)
    await writer.close()
    assert committed == [("urgent", 1), ("waiting", 2)]


async def test_who_waits_too_long_for_a_turn_is_told_so(tmp_path: Path) -> None:
    writer = SqliteWriter(tmp_path / "store.sqlite3", patience=0.01)
    await writer.begin()
    with pytest.raises(Unavailable) as refused:
        await writer.begin()
    assert str(refused.value.__cause__) == "it was not its turn to write within 0.01 s"
    await writer.conclude()
    await writer.close()


async def test_a_caller_that_stops_waiting_for_its_turn_leaves_it_to_the_next() -> None:
    turns = Turns()
    await turns.take()
    gone, other = asyncio.create_task(turns.take()), asyncio.create_task(turns.take())
    await asyncio.sleep(0)
    turns.end()  # the turn comes, and at the same time its caller is cancelled
    gone.cancel()
    await other
    turns.end()
    assert not turns.is_taken


@pytest.mark.parametrize("which", [0, 1, 2])
async def test_one_that_is_undone_leaves_the_others(
    store: Store, records: Records, which: int
) -> None:
    users = [records.user() for _ in range(3)]
    raised = await added(store, *users, refused=users[which])
    assert [isinstance(error, Refused) for error in raised] == [n == which for n in range(3)]
    assert await stored(store, *users) == [n != which for n in range(3)]


async def test_if_all_are_undone_nothing_is_committed(
    store: Store, records: Records, commits: Commits
) -> None:
    for _ in range(2):
        with pytest.raises(Refused):
            await add(store, records.user(), refused=True)
    assert commits.count == 0


async def test_a_commit_that_fails_fails_for_all_of_them(
    store: Store, records: Records, commits: Commits
) -> None:
    users = [records.user() for _ in range(3)]
    commits.failing = True
    assert [type(error) for error in await added(store, *users)] == [Unavailable] * 3
    assert await stored(store, *users) == [False] * 3
    commits.failing = False
    assert await added(store, *users) == [None] * 3


async def test_writes_that_are_not_durable_are_not_read(
    monkeypatch: pytest.MonkeyPatch, store: Store, records: Records
) -> None:
    first, second = records.user(), records.user()
    seen: list[list[bool]] = []
    commit = SqliteConnection.commit

    async def look_first(connection: SqliteConnection) -> None:
        seen.append(await stored(store, first, second))
        await commit(connection)

    monkeypatch.setattr(SqliteConnection, "commit", look_first)
    await added(store, first, second)
    assert seen == [[False, False]]


async def test_one_that_is_cancelled_while_it_waits_for_the_commit_is_stored(
    monkeypatch: pytest.MonkeyPatch, store: Store, records: Records
) -> None:
    first, second = records.user(), records.user()
    commit = SqliteConnection.commit

    async def cancel_first(connection: SqliteConnection) -> None:
        tasks[0].cancel()
        await commit(connection)

    monkeypatch.setattr(SqliteConnection, "commit", cancel_first)
    tasks = [asyncio.create_task(add(store, user)) for user in (first, second)]
    await asyncio.wait(tasks)
    assert tasks[0].cancelled()
    assert await stored(store, first, second) == [True, True]


@pytest.mark.parametrize("statement", ["SAVEPOINT part", "RELEASE part"])
async def test_a_turn_ends_when_its_rollback_is_cancelled_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    writer = SqliteWriter(tmp_path / "store.db", patience=1)
    await writer.open()
    reached = asyncio.Queue[str]()
    execute = SqliteConnection.execute

    async def stuck(connection: SqliteConnection, sql: str, parameters: tuple[()]) -> object:
        if sql == statement:
            reached.put_nowait(sql)
            await asyncio.Event().wait()
        return await execute(connection, sql, parameters)

    async def stuck_too(connection: SqliteConnection) -> None:
        reached.put_nowait("rollback")
        await asyncio.Event().wait()

    async def write() -> None:
        await writer.begin()
        await writer.conclude()

    with monkeypatch.context() as patched:
        patched.setattr(SqliteConnection, "execute", stuck)
        patched.setattr(SqliteConnection, "rollback", stuck_too)
        writing = asyncio.create_task(write())
        for _ in range(2):
            await asyncio.wait_for(reached.get(), 60)
            writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
    assert not writer.use.used
    await writer.begin()
    await writer.conclude()
    await writer.close()
