"""Reads that many callers share."""

import asyncio
import gc
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import pytest

from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.sql.engine.shared_read import SharedRead
from solebook.composition.adapters import Store
from solebook.ports.language.errors import Unavailable

from ...ports.records import Records


@dataclass
class Shelf:
    """What can be read, and what was asked for each time that it was."""

    values: dict[str, int] = field(default_factory=lambda: {"one": 1, "two": 2})
    asked: list[set[str]] = field(default_factory=list)
    broken: bool = False
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def read(self, keys: Collection[str]) -> Mapping[str, int]:
        self.asked.append(set(keys))
        self.begun.set()
        if self.broken:
            raise Unavailable(what="the shelf")
        found = {key: self.values[key] for key in keys if key in self.values}
        await asyncio.sleep(0)
        return found


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def read(database: SqlDatabase, shelf: Shelf) -> SharedRead[str, int]:
    return SharedRead(database, shelf.read)


async def test_concurrent_requests_share_one_read(read: SharedRead[str, int], shelf: Shelf) -> None:
    found = await asyncio.gather(*map(read, ("one", "two", "three", "one")))
    assert found == [1, 2, None, 1]
    assert shelf.asked == [{"one", "two", "three"}]


async def test_nothing_is_remembered(read: SharedRead[str, int], shelf: Shelf) -> None:
    assert await read("one") == 1
    shelf.values["one"] = 11
    assert await read("one") == 11


async def test_a_request_during_a_read_waits_for_the_next_read(
    read: SharedRead[str, int], shelf: Shelf
) -> None:
    first = asyncio.create_task(read("one"))
    await shelf.begun.wait()
    shelf.values["one"] = 11
    assert (await read("one"), await first) == (11, 1)


async def test_a_cancelled_caller_does_not_cancel_the_shared_read(
    read: SharedRead[str, int], shelf: Shelf
) -> None:
    gone, other = asyncio.create_task(read("one")), asyncio.create_task(read("two"))
    await asyncio.sleep(0)
    gone.cancel()
    assert await other == 2
    assert gone.cancelled()


async def test_a_failed_read_fails_all_its_callers_and_is_retried_for_the_next(
    read: SharedRead[str, int], shelf: Shelf
) -> None:
    shelf.broken = True
    failures = await asyncio.gather(read("one"), read("two"), return_exceptions=True)
    assert [type(failure) for failure in failures] == [Unavailable, Unavailable]
    shelf.broken = False
    assert await read("one") == 1


async def test_a_transaction_reads_its_own_writes(store: Store, records: Records) -> None:
    user = records.user()
    async with store.transaction():
        await store.users.add(user)
        assert not (await store.traders.standing(user.id)).suspended
        await store.users.save(replace(user, suspended=True))
        assert (await store.traders.standing(user.id)).suspended


async def test_a_failure_that_nobody_waits_for_any_more_is_not_reported_to_the_loop(
    database: SqlDatabase,
) -> None:
    reported: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))
    fails, failed = asyncio.Event(), asyncio.Event()

    async def fail(_: Collection[str]) -> Mapping[str, int]:
        await fails.wait()
        failed.set()
        raise Unavailable(what="the shelf")

    caller = asyncio.create_task(SharedRead(database, fail)("one"))
    await asyncio.sleep(0)
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    fails.set()
    await failed.wait()
    gc.collect()
    assert not reported
