"""The published books of all shards, those of engines elsewhere as mirrors show them."""

from collections.abc import Collection

from ...ports.book_views import BookViews
from ...ports.language.halts import Halt
from ...ports.language.market import BookChange, BookKey, BookView
from ...ports.tenure import Tenure
from ..memory.book_views import MemoryBookViews
from .mirrors import Mirrors


class MirroredBookViews(BookViews):
    """Shows in memory what engines of this process publish, and mirrors the other shards."""

    def __init__(self, mirrors: Mirrors) -> None:
        self._mirrors = mirrors
        self._views = mirrors.shown

    @property
    def shown(self) -> MemoryBookViews:
        """What readers see."""
        return self._views

    async def begin(
        self,
        shard: int,
        shards: int,
        seq: int,
        tenure: Tenure | None = None,
        *,
        epoch: int = 0,
    ) -> None:
        self._mirrors.of_shards[shard].pause(epoch)
        await self._views.begin(shard, shards, seq, tenure, epoch=epoch)

    async def end(self, shard: int, shards: int) -> None:
        await self._views.end(shard, shards)
        self._mirrors.of_shards[shard].resume()

    async def publish(self, view: BookView) -> None:
        await self._views.publish(view)

    async def apply(self, change: BookChange) -> None:
        await self._views.apply(change)

    async def complete(self, shard: int, shards: int, seq: int) -> None:
        await self._views.complete(shard, shards, seq)

    async def show_halts(self, halts: Collection[Halt], *, shard: int = 0, shards: int = 1) -> None:
        await self._views.show_halts(halts, shard=shard, shards=shards)

    async def get(self, book: BookKey, depth: int) -> BookView:
        return await self._views.get(book, depth)

    async def best(self, books: list[BookKey]) -> list[BookView]:
        return await self._views.best(books)
