"""The published books of two processes that share a Redis."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from solebook.adapters.memory.book_views import MemoryBookViews
from solebook.adapters.redis.book_views import RedisBookViews
from solebook.adapters.redis.connection import RedisConnection
from solebook.ports.book_views import BookViews, StoredBooks
from solebook.ports.language.halts import Halt
from solebook.ports.language.market import BookChange, BookKey, BookView
from solebook.ports.tenure import Tenure

from ..redis_connections import connected, some_prefix
from ..valkey_server import ValkeyServer

BEAT = 0.02


def views_over(
    connection: RedisConnection,
    stored: StoredBooks | None = None,
    *,
    shards: int = 1,
    beat: float = BEAT,
) -> RedisBookViews:
    """Return the views of a process."""
    shown = MemoryBookViews(stored)
    return RedisBookViews(connection, shown, shown, shards=shards, beat=beat)


@asynccontextmanager
async def books_of_two_processes(
    server: ValkeyServer, stored: StoredBooks | None = None, *, seq: int = 0, shards: int = 1
) -> AsyncIterator[BookViews]:
    """Yield views that engines publish in one process, and readers see in another.

    The engines have begun with this number, without halts.
    """
    prefix = some_prefix()
    async with connected(server, prefix=prefix) as here, connected(server, prefix=prefix) as there:
        engine = views_over(here, stored, shards=shards)
        async with engine.publishing():
            for shard in range(shards):
                await engine.begin(shard, shards, seq)
                await engine.show_halts([], shard=shard, shards=shards)
            yield SharedBooks(engine, views_over(there, stored, shards=shards))


class SharedBooks(BookViews):
    """Views whose changes have reached Redis when another process reads them."""

    def __init__(self, engine: RedisBookViews, reader: RedisBookViews) -> None:
        self._engine = engine
        self._reader = reader

    async def begin(
        self,
        shard: int,
        shards: int,
        seq: int,
        tenure: Tenure | None = None,
        *,
        epoch: int = 0,
    ) -> None:
        await self._engine.begin(shard, shards, seq, tenure, epoch=epoch)

    async def end(self, shard: int, shards: int) -> None:
        await self._engine.end(shard, shards)

    async def publish(self, view: BookView) -> None:
        await self._engine.publish(view)

    async def apply(self, change: BookChange) -> None:
        await self._engine.apply(change)

    async def complete(self, shard: int, shards: int, seq: int) -> None:
        await self._engine.complete(shard, shards, seq)

    async def show_halts(self, halts: Collection[Halt], *, shard: int = 0, shards: int = 1) -> None:
        await self._engine.show_halts(halts, shard=shard, shards=shards)

    async def get(self, book: BookKey, depth: int) -> BookView:
        await self._engine.flush()
        return await self._reader.get(book, depth)

    async def best(self, books: list[BookKey]) -> list[BookView]:
        await self._engine.flush()
        return await self._reader.best(books)
