"""The mirrored books of all shards, wherever their engines run."""

from collections.abc import Callable, Sequence

from ...ports.book_views import StoredBooks
from ...ports.language.market import BookKey, BookView, shard_of
from ..memory.book_views import MemoryBookViews
from .book_mirror import BookMirror


class Mirrors(StoredBooks):
    """The mirrors of all shards, which show their books together."""

    def __init__(self, shards: int, mirror: Callable[[int, MemoryBookViews], BookMirror]) -> None:
        """`mirror` returns that of a shard, which shows its books in the given views."""
        self.shown = MemoryBookViews(self)
        self.of_shards = [mirror(shard, self.shown) for shard in range(shards)]

    async def views(self, books: Sequence[BookKey], depth: int | None) -> Sequence[BookView]:
        of_shard: dict[int, list[BookKey]] = {}
        for book in books:
            of_shard.setdefault(shard_of(book, len(self.of_shards)), []).append(book)
        views: dict[BookKey, BookView] = {}
        for shard, theirs in of_shard.items():
            found = await self.of_shards[shard].views(theirs, depth)
            views |= {view.book: view for view in found}
        return [views[book] for book in books]
