"""Transactions on SQLite."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from solebook.adapters.sql.engine import sqlite_connection
from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.sql.engine.finished import finished
from solebook.adapters.sql.engine.sqlite_connection import SqliteConnection
from solebook.composition.adapters import Store
from solebook.ports.language.errors import EmailTaken, Unavailable
from solebook.ports.language.users import User

from ...ports.records import Records
from .conftest import OpenStore


async def add(store: Store, *users: User) -> None:
    async with store.transaction():
        for user in users:
            await store.users.add(user)


async def is_stored(store: Store, user: User) -> bool:
    return await store.users.find_by_email(user.email) is not None


# ---- when the writer is taken --------------------------------------------------------------------


async def test_another_process_may_write_until_the_first_call_in_a_block(
    store: Store, open_store: OpenStore, records: Records
) -> None:
    first, second = records.user(), records.user()
    async with open_store() as other, store.transaction():
        await add(other, first)
        await store.users.add(second)
    assert await is_stored(store, first)
    assert await is_stored(store, second)


async def test_reading_in_a_block_keeps_other_writers_out(
    store: Store, path: Path, records: Records
) -> None:
    user = records.user()
    await add(store, user)
    other = sqlite3.connect(path, isolation_level=None, timeout=0)
    async with store.transaction():
        await store.users.get(user.id)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()


async def test_writers_come_in_the_order_in_which_they_asked(
    store: Store, records: Records
) -> None:
    done: list[int] = []

    async def write(number: int) -> None:
        async with store.transaction():
            await store.users.add(records.user())
            done.append(number)
            await asyncio.sleep(0)

    await asyncio.gather(*(write(number) for number in range(20)))
    assert done == list(range(20))


async def test_two_processes_that_write_at_once_both_succeed(
    store: Store, open_store: OpenStore, records: Records
) -> None:
    users = [records.user() for _ in range(40)]
    async with open_store() as other:
        await asyncio.gather(
            *(add(writer, user) for writer, user in zip([store, other] * 20, users, strict=True))
        )
    assert all([await is_stored(store, user) for user in users])


async def test_a_writer_that_never_gets_a_turn_fails(
    open_store: OpenStore, records: Records
) -> None:
    user = records.user()
    async with open_store(patience=0.01) as store:
        async with store.transaction():
            await store.users.add(user)
            with pytest.raises(Unavailable):
                await asyncio.create_task(add(store, records.user()))
        assert await is_stored(store, user)
        await add(store, records.user())


async def test_a_file_that_another_process_holds_too_long_is_an_outage(
    monkeypatch: pytest.MonkeyPatch, path: Path, open_store: OpenStore, records: Records
) -> None:
    monkeypatch.setattr(sqlite_connection, "BUSY_TIMEOUT", 0.01)
    refused, user = records.user(), records.user()
    other = sqlite3.connect(path, isolation_level=None)
    async with open_store() as store:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable):
            await add(store, refused)
        other.execute("ROLLBACK")
        await add(store, user)
        assert await is_stored(store, user)
        assert not await is_stored(store, refused)
    other.close()


# ---- what goes wrong inside ----------------------------------------------------------------------


async def test_a_refusal_inside_does_not_affect_other_writes(
    store: Store, records: Records
) -> None:
    old, renamed, new = records.user(), records.user(), records.user()
    await add(store, old, renamed)
    async with store.transaction():
        with pytest.raises(EmailTaken):
            await store.users.add(records.user(email=old.email))
        with pytest.raises(EmailTaken):
            await store.users.save(records.user(id=renamed.id, email=old.email))
        await store.users.add(new)
    assert await is_stored(store, new)
    assert await store.users.get(renamed.id) == renamed


async def test_a_broken_constraint_cannot_be_swallowed(store: Store, records: Records) -> None:
    user = records.user()

    async def swallow() -> None:
        async with store.transaction():
            await store.users.add(user)
            with pytest.raises(AssertionError, match="constraint"):
                await store.addresses.add(records.address(records.user_id()))
            with pytest.raises(Unavailable):
                await store.users.get(user.id)

    with pytest.raises(Unavailable):
        await swallow()
    assert not await is_stored(store, user)


async def test_an_outage_cannot_be_swallowed(
    monkeypatch: pytest.MonkeyPatch, store: Store, records: Records
) -> None:
    before, after = records.user(), records.user()
    execute = SqliteConnection.execute

    async def fail_once(
        self: SqliteConnection, sql: str, values: Any, *, long: bool = False
    ) -> int:
        if sql.startswith("INSERT"):
            # What SQLite does on some errors: it gives the whole transaction up by itself.
            await execute(self, "ROLLBACK", ())
            monkeypatch.setattr(SqliteConnection, "execute", execute)
            raise Unavailable(what="the disk")
        return await execute(self, sql, values, long=long)

    async def swallow() -> None:
        async with store.transaction():
            monkeypatch.setattr(SqliteConnection, "execute", fail_once)
            with pytest.raises(Unavailable):
                await store.users.add(before)
            with pytest.raises(Unavailable):
                await store.users.add(after)

    with pytest.raises(Unavailable):
        await swallow()
    assert not await is_stored(store, before)
    assert not await is_stored(store, after)
    await add(store, after)
    assert await is_stored(store, after)


async def test_a_failed_commit_leaves_nothing_and_blocks_nobody(
    monkeypatch: pytest.MonkeyPatch, store: Store, records: Records
) -> None:
    user, other = records.user(), records.user()

    async def fail(_: SqliteConnection) -> None:
        raise Unavailable(what="the disk")

    with monkeypatch.context() as patch:
        patch.setattr(SqliteConnection, "commit", fail)
        with pytest.raises(Unavailable):
            await add(store, user)
    assert not await is_stored(store, user)
    await add(store, other)
    assert await is_stored(store, other)


async def test_a_failed_rollback_loses_only_the_connection(
    monkeypatch: pytest.MonkeyPatch, store: Store, records: Records
) -> None:
    user, other = records.user(), records.user()

    async def fail(_: SqliteConnection) -> None:
        raise Unavailable(what="the disk")

    async def add_and_fail() -> None:
        async with store.transaction():
            await store.users.add(user)
            raise LookupError

    with monkeypatch.context() as patch:
        patch.setattr(SqliteConnection, "rollback", fail)
        with pytest.raises(LookupError):
            await add_and_fail()
    assert not await is_stored(store, user)
    await add(store, other)
    assert await is_stored(store, other)


# ---- cancellation --------------------------------------------------------------------------------


async def cancelled_after(steps: int, work: Callable[[], Awaitable[None]]) -> bool:
    """Cancel the work after so many turns of the loop; return whether that came in time."""

    async def run() -> None:
        await work()

    task = asyncio.create_task(run())
    for _ in range(steps):
        await asyncio.sleep(0)
        await let_the_driver_work()
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return True
    return False


async def let_the_driver_work() -> None:
    """Give other threads a turn too, so that cancellations fall everywhere in a transaction."""
    await asyncio.to_thread(lambda: None)


async def test_wherever_a_cancellation_falls_all_or_nothing_is_stored(
    store: Store, records: Records
) -> None:
    stored_after: list[bool] = []
    for steps in range(1_000):
        users = [records.user() for _ in range(3)]

        async def write(users: list[User] = users) -> None:
            await add(store, *users)

        in_time = await asyncio.wait_for(cancelled_after(steps, write), 60)
        stored = {await is_stored(store, user) for user in users}
        assert len(stored) == 1, "half of a transaction is stored"
        stored_after += stored
        await asyncio.wait_for(add(store, records.user()), 60)
        if not in_time:
            break
    assert len(stored_after) > 2
    assert not stored_after[0]
    assert stored_after[-1]


async def test_reading_continues_after_a_cancellation_at_any_point(
    store: Store, records: Records
) -> None:
    user = records.user()
    await add(store, user)

    async def read() -> None:
        for _ in range(3):
            await store.users.get(user.id)

    for steps in range(20):
        await asyncio.wait_for(cancelled_after(steps, read), 60)
    assert await asyncio.gather(*(store.users.get(user.id) for _ in range(8))) == [user] * 8


async def test_a_cancellation_that_is_swallowed_does_not_commit_half_of_the_work(
    monkeypatch: pytest.MonkeyPatch, store: Store, records: Records
) -> None:
    user = records.user()

    async def write() -> None:
        async with store.transaction():
            await store.users.add(user)
            monkeypatch.setattr(sqlite_connection, "_SHORT", 4)  # every query goes on in the thread
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await store.users.get(user.id)
            task.uncancel()

    with pytest.raises(Unavailable):
        await asyncio.create_task(write())
    assert not await is_stored(store, user)


async def test_work_is_finished_before_its_caller_learns_of_the_cancellation() -> None:
    go_on, done = asyncio.Event(), []

    async def work() -> None:
        await go_on.wait()
        done.append("work")

    task = asyncio.create_task(finished(work()))
    for _ in range(3):
        await asyncio.sleep(0)
        task.cancel()
    assert not task.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done == ["work"]


async def test_finished_work_returns_or_raises_to_its_caller() -> None:
    async def work(outcome: object) -> object:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    assert await finished(work(7)) == 7
    with pytest.raises(LookupError):
        await finished(work(LookupError()))


# ---- messages ------------------------------------------------------------------------------------


async def test_waiting_for_messages_ends_at_the_commit_and_not_before(
    store: Store, records: Records
) -> None:
    waiting = asyncio.create_task(store.outbox.wait())
    async with store.transaction():
        await store.outbox.add(records.event())
        await let_the_driver_work()
        assert not waiting.done()
    await asyncio.wait_for(waiting, 60)


async def test_a_rolled_back_write_wakes_nobody(
    database: SqlDatabase, store: Store, records: Records
) -> None:
    waiting = asyncio.create_task(store.outbox.wait())

    async def add_and_fail() -> None:
        async with database.transaction():
            await store.outbox.add(records.event())
            raise LookupError

    with pytest.raises(LookupError):
        await add_and_fail()
    await let_the_driver_work()
    assert not waiting.done()
    waiting.cancel()


async def test_messages_are_numbered_on_after_all_before_were_sent(
    store: Store, path: Path, records: Records
) -> None:
    async with store.transaction():
        await store.outbox.add(records.event(), records.event())
    async with store.transaction():
        await store.outbox.mark_sent([message.id for message in await store.outbox.unsent(10)])
        await store.outbox.add(records.event())
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT sequence FROM outbox").fetchall() == [(3,)]
    other.close()
