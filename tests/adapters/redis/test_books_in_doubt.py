"""Published books of which Redis has lost a part, or whose publisher does not hear the answer."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.redis.book_scripts import MARK
from solebook.adapters.redis.book_views import RedisBookViews
from solebook.adapters.redis.connection import RedisConnection, Script
from solebook.core.bidding.matching_engine import Unlimited
from solebook.ports.book_views import StoredBooks
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.market import BookKey, BookView, PriceLevel

from ...ports.records import Records
from ...ports.shared_books import views_over
from ...ports.small_books import whole
from ...redis_connections import PATIENCE, connected, some_prefix
from ...valkey_server import ValkeyServer

FIRST = 6
"""The number with which the engine begins."""


class Stored(StoredBooks):
    """Books that are as they were at number 5, which no test publishes."""

    async def views(self, books: Sequence[BookKey], depth: int | None) -> Sequence[BookView]:
        return [BookView(book, 5, (PriceLevel(50, 5),)) for book in books]


@dataclass
class Shared:
    """The views of a process with the engine and of one that reads, and what is between them."""

    engine: RedisBookViews
    reader: RedisBookViews
    here: RedisConnection
    """The engine's connection."""
    there: RedisConnection

    async def shown(self, view: BookView) -> None:
        """Wait until readers get this view. Until then, they get what is stored."""
        async with asyncio.timeout(PATIENCE):
            while (seen := await self.reader.get(view.book, 10)) != view:
                assert seen.seq == 5, f"shown is {seen}"
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
