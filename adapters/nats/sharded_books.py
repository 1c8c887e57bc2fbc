"""The published books of all shards, wherever their engines run."""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager

from ...ports.book_views import BookViews
from ...ports.language.halts import Halt
from ...ports.language.market import BookChange, BookKey, BookView, shard_of
from ...ports.tenure import Tenure
from ..memory.book_views import MemoryBookViews
from .told_books import ToldBookViews


class ShardedBookViews(BookViews):
    """Shows the books of all shards, and tells other processes of those with an engine here."""

    def __init__(self, shown: MemoryBookViews, shards: Sequence[ToldBookViews]) -> None:
        """`shown` has the books of all `shards`."""
        self.shown = shown
        """What readers see."""
        self._shards = shards

    def telling(self, shard: int, epoch: int) -> AbstractAsyncContextManager[None]:
        """Tell of a shard's engine in an epoch of its lease, until the block is left.

        Raises Unavailable.
        """
        return self._shards[shard].telling(shard, epoch)

    def _of(self, book: BookKey) -> ToldBookViews:
        return self._shards[shard_of(book, len(self._shards))]

    # ---- by the publishers ---------------------------------------------------------------

    async def begin(
        self,
        shard: int,
        shards: int,
        seq: int,
        tenure: Tenure | None = None,
        *,
        epoch: int = 0,
    ) -> None:
        await self._shards[shard].begin(shard, shards, seq, tenure, epoch=epoch)

    async def end(self, shard: int, shards: int) -> None:
        await self._shards[shard].end(shard, shards)

    async def publish(self, view: BookView) -> None:
        await self._of(view.book).publish(view)

    async def apply(self, change: BookChange) -> None:
        await self._of(change.book).apply(change)

    async def complete(self, shard: int, shards: int, seq: int) -> None:
        await self._shards[shard].complete(shard, shards, seq)

    async def show_halts(self, halts: Collection[Halt], *, shard: int = 0, shards: int = 1) -> None:
        await self._shards[shard].show_halts(halts, shard=shard, shards=shards)

    # ---- by readers ----------------------------------------------------------------------

    async def get(self, book: BookKey, depth: int) -> BookView:
        return await self.shown.get(book, depth)

    async def best(self, books: list[BookKey]) -> list[BookView]:
        return await self.shown.best(books)
