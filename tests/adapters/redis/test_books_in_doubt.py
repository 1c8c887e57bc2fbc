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
from solebook.adapters.redis.book_scripts import MARK
from solebook.adapters.redis.book_views import RedisBookViews
from solebook.adapters.redis.connection import RedisConnection, Script
from solebook.core.bidding.matching_engine import Unlimited
from solebook.ports.book_views import StoredBooks
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.market import BookKey, BookView, PriceLevel

from ...ports.records import Records
from ...ports.shared_books import views_over
from ...ports.small_books import change, whole
from ...redis_connections import PATIENCE, connected, some_prefix
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


@pytest.fixture
async def shared(valkey_server: ValkeyServer) -> AsyncIterator[Shared]:
    async with sharing(valkey_server) as shared:
        yield shared


@asynccontextmanager
async def sharing(server: ValkeyServer, *, beat: float = 0.02) -> AsyncIterator[Shared]:
    """An engine has published that all books are empty."""
    prefix = some_prefix()
    async with connected(server, prefix=prefix) as here, connected(server, prefix=prefix) as there:
        views = views_over(here, Stored(), beat=beat)
        async with views.publishing():
            await views.begin(0, 1, FIRST, Unlimited(), epoch=1)
            await views.show_halts([])
            await views.complete(0, 1, FIRST)
            await views.flush()
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
        await shared.command("DEL", key)
        await shared.command("RPUSH", key, "1")


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


async def test_books_with_thousands_of_levels_are_written_and_read_in_short_steps(
    own_valkey_server: ValkeyServer, records: Records
) -> None:
    prices = range(1_000, 3_501)
    levels = [PriceLevel(price, price) for price in prices]
    books = [
        BookView(records.book(), 7, tuple(levels[-2:0:-1]), (PriceLevel(9_000, 1),))
        for _ in range(40)
    ]
    async with (
        connected(own_valkey_server, timeout=0.2) as here,
        connected(own_valkey_server, timeout=0.2) as there,
    ):
        views = views_over(here, Stored())
        async with views.publishing(), asyncio.timeout(PATIENCE):
            await views.begin(0, 1, FIRST, Unlimited(), epoch=1)
            await views.show_halts([])
            for view in books:
                await views.publish(view)
            await views.flush()
            found = await RedisBookReader(there, 1).read([view.book for view in books], None)
        assert list(found.views.values()) == books


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
