"""Published books of which Redis has lost a part, or whose publisher does not hear the answer."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.redis.book_reader import RedisBookReader
from solebook.adapters.redis.book_scripts import MARK, READ, WRITE
from solebook.adapters.redis.book_views import RedisBookViews
from solebook.adapters.redis.connection import RedisConnection, Script
from solebook.core.bidding.matching_engine import Unlimited
from solebook.ports.book_views import StoredBooks
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.market import BookKey, BookView, PriceLevel

from ...ports.records import Records
from ...ports.shared_books import views_over
from ...ports.small_books import change, whole
from ...redis_connections import PATIENCE, connected, some_prefix, until
from ...valkey_server import ValkeyServer

Harm: TypeAlias = Callable[..., Awaitable[None]]

FIRST = 6
"""The number with which the engine begins."""


class Stored(StoredBooks):
    """Books that are as they were at number 5, which no test publishes."""

    async def views(self, books: Sequence[BookKey], depth: int | None) -> Sequence[BookView]:
        return list(map(stored, books))


def stored(book: BookKey) -> BookView:
    return BookView(book, 5, (PriceLevel(50, 5),))


@dataclass
class Shared:
    """The views of a process with the engine and of one that reads, and what is between them."""

    engine: RedisBookViews
    reader: RedisBookViews
    here: RedisConnection
    """The engine's connection."""
    there: RedisConnection

    async def shown(self, view: BookView) -> None:
        """Wait until readers get this view. Until then they get an earlier one, or the stored."""
        async with asyncio.timeout(PATIENCE):
            while (seen := await self.reader.get(view.book, 10)) != view:
                assert seen.bids, f"shown is {seen}"
                await asyncio.sleep(0.002)

    async def command(self, *words: str) -> Any:
        return await self.there.call(*words)

    def key(self, kind: str, book: BookKey) -> str:
        return self.there.name(kind, f"{book.product_id}:{book.size}")


@pytest.fixture
def records(ids: SeededIds, clock: VirtualClock) -> Records:
    return Records(ids=ids, clock=clock)


@pytest.fixture
def book(records: Records) -> BookKey:
    return records.book()


@asynccontextmanager
async def sharing(
    server: ValkeyServer, *, prefix: str | None = None, epoch: int = 1
) -> AsyncIterator[Shared]:
    """An engine publishes that all books are empty."""
    prefix = some_prefix() if prefix is None else prefix
    async with connected(server, prefix=prefix) as here, connected(server, prefix=prefix) as there:
        views = views_over(here, Stored())
        async with views.publishing():
            await views.begin(0, 1, FIRST, Unlimited(), epoch=epoch)
            await views.show_halts([])
            await views.complete(0, 1, FIRST)
            yield Shared(views, views_over(there, Stored()), here, there)


@asynccontextmanager
async def emptied_unheard(connection: RedisConnection, script: Script) -> AsyncIterator[None]:
    """Empty Redis just before the next call of a script, whose answer is lost."""
    run: Callable[..., Awaitable[Any]] = connection.run
    is_lost = asyncio.Event()

    async def empty_and_lose(called: Script, *arguments: Any) -> Any:
        if called is script and not is_lost.is_set():
            await connection.call("FLUSHALL")
            await run(called, *arguments)
            is_lost.set()
            raise Unavailable(what="Redis")
        return await run(called, *arguments)

    connection.run = empty_and_lose  # type: ignore[assignment, method-assign]  # lost on its way
    await is_lost.wait()
    yield


async def delete(shared: Shared, *keys: str) -> None:
    await shared.command("DEL", *keys)


async def make_text(shared: Shared, *keys: str) -> None:
    for key in keys:
        await shared.command("SET", key, "text")


async def make_list(shared: Shared, *keys: str) -> None:
    for key in keys:
        script = "redis.call('DEL', KEYS[1]) redis.call('RPUSH', KEYS[1], '1')"
        await shared.command("EVAL", script, "1", key)


async def make_temporary(shared: Shared, *keys: str) -> None:
    for key in keys:
        await shared.command("PEXPIRE", key, "1")


async def rename(shared: Shared, *keys: str) -> None:
    for key in keys:
        await shared.command("RENAME", key, f"{key}-renamed")


HARM = [delete, make_text, make_list, make_temporary, rename]
PARTS = [["book"], ["bids"], ["asks"], ["bids", "asks"], ["book", "bids", "asks"]]


@pytest.mark.parametrize("parts", PARTS, ids="-".join)
@pytest.mark.parametrize("harm", HARM)
async def test_a_book_of_which_parts_are_lost_or_of_another_type_is_published_again(
    valkey_server: ValkeyServer, book: BookKey, harm: Harm, parts: list[str]
) -> None:
    async with sharing(valkey_server) as shared:
        await shared.engine.publish(whole(book, 7))
        await shared.engine.flush()
        await harm(shared, *(shared.key(part, book) for part in parts))
        await shared.shown(whole(book, 7))
        await shared.engine.apply(change(book, 8, 2))
        await shared.shown(whole(book, 8, 2))


@pytest.mark.parametrize("parts", [["0/1"], ["0/1", "names"]], ids="-".join)
@pytest.mark.parametrize("harm", HARM)
async def test_a_marker_that_is_lost_or_of_another_type_is_made_again(
    valkey_server: ValkeyServer, records: Records, harm: Harm, parts: list[str]
) -> None:
    book, empty = records.book(), records.book()
    async with sharing(valkey_server) as shared:
        await shared.engine.publish(whole(book, 7))
        await shared.engine.flush()
        await harm(shared, shared.there.name("books", *parts))
        await harm(shared, *(shared.key(part, book) for part in ("book", "bids", "asks")))
        await shared.shown(whole(book, 7))
        async with asyncio.timeout(PATIENCE):
            while await shared.reader.get(empty, 10) != BookView(empty, FIRST):  # noqa: ASYNC110
                await asyncio.sleep(0.002)


@pytest.mark.parametrize(
    ("field", "value"),
    [("seq", "x"), ("seq", "3"), ("write", "x"), ("epoch", "x"), ("bids", "9"), ("b:100", "x"),
     ("b:100", "5"), ("b:100", "1 1"), ("a:201", "1")],
)  # fmt: skip
async def test_a_book_that_was_changed_by_hand_is_published_again(
    valkey_server: ValkeyServer, book: BookKey, field: str, value: str
) -> None:
    async with sharing(valkey_server) as shared:
        await shared.engine.publish(whole(book, 7))
        await shared.engine.flush()
        await shared.command("HSET", shared.key("book", book), field, value)
        async with asyncio.timeout(PATIENCE):
            while (await shared.command("HGET", shared.key("book", book), field)) == value.encode():
                await shared.reader.get(book, 10)
        assert await shared.reader.get(book, 10) == whole(book, 7)


@pytest.mark.parametrize("field", ["halts", "complete", "until", "begun", "mark", "books"])
async def test_a_marker_that_was_changed_by_hand_is_not_believed(
    valkey_server: ValkeyServer, book: BookKey, field: str
) -> None:
    async with sharing(valkey_server) as shared:
        await shared.engine.publish(whole(book, 7))
        await shared.engine.flush()
        await shared.command("HSET", shared.there.name("books", "0/1"), field, "x")
        await shared.shown(whole(book, 7))


def scripts_of(connection: RedisConnection) -> list[Script]:
    """Return a list to which each script is added that the connection runs from now on."""
    run: Callable[..., Awaitable[Any]] = connection.run
    scripts: list[Script] = []

    async def note(script: Script, *arguments: Any) -> Any:
        scripts.append(script)
        return await run(script, *arguments)

    connection.run = note  # type: ignore[assignment, method-assign]  # which only adds to the list
    return scripts


async def test_books_with_thousands_of_levels_are_written_and_read_in_short_steps(
    valkey_server: ValkeyServer, records: Records
) -> None:
    levels = tuple(PriceLevel(price, price) for price in range(3_500, 1_000, -1))
    views = [BookView(records.book(), 7, levels, (PriceLevel(9_000, 1),)) for _ in range(20)]
    async with sharing(valkey_server) as shared:
        scripts = scripts_of(shared.here)
        for view in views:
            await shared.engine.publish(view)
        await shared.engine.flush()
        assert scripts.count(WRITE) >= 20
        scripts = scripts_of(shared.there)
        found = await RedisBookReader(shared.there, 1).read([view.book for view in views], None)
        assert list(found.views.values()) == views
        assert scripts.count(READ) >= 10


async def test_no_book_counts_as_empty_if_the_publisher_has_not_heard_that_redis_was_emptied(
    own_valkey_server: ValkeyServer, records: Records
) -> None:
    books = [records.book() for _ in range(1_000)]
    async with sharing(own_valkey_server) as shared:
        for book in books:
            await shared.engine.publish(whole(book, 7))
        await shared.engine.flush()
        async with emptied_unheard(shared.here, MARK):
            for book in reversed(books):
                await shared.shown(whole(book, 7))


async def test_after_the_servers_time_was_set_back_a_dead_publisher_is_not_believed(
    valkey_server: ValkeyServer, book: BookKey
) -> None:
    prefix = some_prefix()
    async with sharing(valkey_server, prefix=prefix) as shared:
        await shared.engine.publish(whole(book, 7))
        await shared.engine.flush()
    async with connected(valkey_server, prefix=prefix) as there:
        marker = there.name("books", "0/1")
        [until_then] = await there.call("HMGET", marker, "until")
        await there.call("HSET", marker, "until", int(until_then) + 3_600_000)
        assert await views_over(there, Stored()).get(book, 10) == stored(book)


async def test_an_engine_that_met_a_later_one_publishes_once_redis_was_emptied(
    own_valkey_server: ValkeyServer, book: BookKey, caplog: pytest.LogCaptureFixture
) -> None:
    async with sharing(own_valkey_server, prefix="", epoch=2) as later:
        await later.engine.flush()
    async with sharing(own_valkey_server, prefix="") as shared:
        await shared.engine.publish(whole(book, 7))
        await until(lambda: "from a later engine" in caplog.text)
        own_valkey_server.command("FLUSHALL")
        await shared.shown(whole(book, 7))


async def test_a_book_of_a_later_engine_that_never_was_does_not_keep_others_from_being_published(
    valkey_server: ValkeyServer, records: Records, book: BookKey
) -> None:
    other = records.book()
    async with sharing(valkey_server) as shared:
        await shared.command("HSET", shared.key("book", book), "epoch", "9", "seq", "90")
        await shared.engine.publish(whole(book, 7))
        await shared.engine.publish(whole(other, 7))
        await shared.engine.flush()
        assert await shared.reader.get(other, 10) == whole(other, 7)
        assert await shared.reader.get(book, 10) == stored(book)
        await shared.command("DEL", shared.key("book", book))
        await shared.shown(whole(book, 7))


async def test_books_that_a_former_engine_left_and_that_are_empty_now_are_deleted(
    valkey_server: ValkeyServer, records: Records, book: BookKey
) -> None:
    prefix, left = some_prefix(), [records.book() for _ in range(300)]
    async with sharing(valkey_server, prefix=prefix) as former:
        for one in (book, *left):
            await former.engine.publish(whole(one, 7))
        await former.engine.flush()
    async with sharing(valkey_server, prefix=prefix, epoch=2) as shared:
        await shared.engine.publish(whole(book, 8))
        async with asyncio.timeout(PATIENCE):
            while len(await shared.command("KEYS", shared.there.name("*"))) > 5:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert await shared.reader.get(book, 10) == whole(book, 8)
        assert await shared.reader.get(left[0], 10) == BookView(left[0], FIRST)
        assert await shared.command("ZRANGE", shared.key("asks", book), "0", "0") == [b"200"]
        assert await shared.command("ZRANGE", shared.key("asks", left[0]), "0", "0") == []
