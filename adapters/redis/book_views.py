"""Published order books in Redis, where all processes read them."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace

from ...ports.book_views import BookViews
from ...ports.language.errors import Unavailable
from ...ports.language.halts import Halt
from ...ports.language.market import BookChange, BookKey, BookView, shard_of
from ...ports.tenure import Tenure
from ..decorators.cache_reads import CacheReads
from ..memory.book_views import MemoryBookViews
from .book_publisher import BEAT, PublishingLag, RedisBookPublisher
from .book_reader import Found, RedisBookReader
from .connection import RedisConnection


class RedisBookViews(BookViews):
    """Publishes in memory and in Redis, and shows what engines of any process have published.

    Books of an engine in this process are shown from memory, all others from Redis. What is not in
    Redis, and everything while it is away, is shown by the views without it, in the end as stored.
    """

    def __init__(
        self,
        connection: RedisConnection,
        without: BookViews,
        shown: MemoryBookViews,
        *,
        shards: int = 1,
        tells: bool = False,
        beat: float = BEAT,
    ) -> None:
        """`without` are the views without Redis, and `shown` what they have in memory.

        If it `tells`, the mirrors of other processes follow what is published over a channel; then
        readers get the views without Redis, which mirror too. Every `beat` of seconds it looks
        whether Redis still has the books.
        """
        self._without = without
        self._here: dict[int, Tenure | None] = {}
        """The shards whose engine is in this process, with its tenure."""
        self._shards = shards
        self._reads = CacheReads("books in Redis")
        self._reader = None if tells else RedisBookReader(connection, shards)
        self._publishers = [
            RedisBookPublisher(
                connection, shown, shard=shard, shards=shards, tells=tells, beat=beat
            )
            for shard in range(shards)
        ]

    @asynccontextmanager
    async def publishing(self) -> AsyncIterator[None]:
        """Publish what changes in Redis until the block is left."""
        async with AsyncExitStack() as stack:
            for publisher in self._publishers:
                await stack.enter_async_context(publisher.running())
            yield

    @property
    def lag(self) -> PublishingLag:
        """How far Redis is behind the engines of this process."""
        lags = [publisher.lag for publisher in self._publishers]
        return PublishingLag(sum(lag.books for lag in lags), max(lag.seconds for lag in lags))

    async def flush(self) -> None:
        """Wait until Redis has everything that is published until now."""
        await asyncio.gather(*(publisher.flush() for publisher in self._publishers))

    def _of(self, book: BookKey) -> RedisBookPublisher:
        return self._publishers[shard_of(book, self._shards)]

    # ---- by the engines of this process --------------------------------------------------

    async def begin(
        self,
        shard: int,
        shards: int,
        seq: int,
        tenure: Tenure | None = None,
        *,
        epoch: int = 0,
    ) -> None:
        await self._without.begin(shard, shards, seq, tenure, epoch=epoch)
        self._here[shard] = tenure
        self._publishers[shard].begin(seq, tenure, epoch)

    async def end(self, shard: int, shards: int) -> None:
        self._here.pop(shard, None)
        self._publishers[shard].end()
        await self._without.end(shard, shards)

    async def publish(self, view: BookView) -> None:
        await self._without.publish(view)
        self._of(view.book).publish(view)

    async def apply(self, change: BookChange) -> None:
        await self._without.apply(change)
        self._of(change.book).apply(change)

    async def complete(self, shard: int, shards: int, seq: int) -> None:
        await self._without.complete(shard, shards, seq)
        self._publishers[shard].complete(seq)

    async def show_halts(self, halts: Collection[Halt], *, shard: int = 0, shards: int = 1) -> None:
        await self._without.show_halts(halts, shard=shard, shards=shards)
        self._publishers[shard].mark()

    # ---- by readers ----------------------------------------------------------------------

    async def get(self, book: BookKey, depth: int) -> BookView:
        found = await self._find([book], depth)
        if book in found.views:
            return found.views[book]
        return _numbered(await self._without.get(book, depth), found)

    async def best(self, books: list[BookKey]) -> list[BookView]:
        found = await self._find(books, 1)
        views = dict(found.views)
        rest = [book for book in books if book not in views]
        if rest:
            for view in await self._without.best(rest):
                views[view.book] = _numbered(view, found)
        return [views[book] for book in books]

    async def _find(self, books: Sequence[BookKey], depth: int) -> Found:
        elsewhere = [book for book in dict.fromkeys(books) if not self._is_here(book)]
        if not elsewhere or self._reader is None:
            return Found({}, {})
        found = Found({}, {})
        with suppress(Unavailable):
            found = await self._reader.read(elsewhere, depth)
        hits = sum(book in found.views for book in elsewhere)
        self._reads.hits += hits
        self._reads.misses += len(elsewhere) - hits
        return found

    def _is_here(self, book: BookKey) -> bool:
        shard = shard_of(book, self._shards)
        tenure = self._here.get(shard)
        return shard in self._here and (tenure is None or not tenure.is_over)


def _numbered(view: BookView, found: Found) -> BookView:
    """Return a view as stored, with no higher number than its engine may publish next."""
    marker = found.markers.get(view.book)
    if marker is None or view.seq <= marker.begun:
        return view
    return replace(view, seq=marker.begun)
