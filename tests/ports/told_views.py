"""The views of an engine, for tests that look at them in another process."""

from collections.abc import Awaitable, Callable, Collection

from solebook.ports.book_views import BookViews
from solebook.ports.language.halts import Halt
from solebook.ports.language.market import BookChange, BookKey, BookView
from solebook.ports.tenure import Tenure


class ToldViews(BookViews):
    """Views whose changes have reached the other process when a call returns."""

    def __init__(self, views: BookViews, arrive: Callable[[], Awaitable[None]]) -> None:
        """`arrive` waits until the other process has heard of everything."""
        self._views = views
        self._arrive = arrive

    async def begin(
        self,
        shard: int,
        shards: int,
        seq: int,
        tenure: Tenure | None = None,
        *,
        epoch: int = 0,
    ) -> None:
        await self._views.begin(shard, shards, seq, tenure, epoch=epoch)
        await self._arrive()

    async def end(self, shard: int, shards: int) -> None:
        await self._views.end(shard, shards)

    async def publish(self, view: BookView) -> None:
        await self._views.publish(view)
        await self._arrive()

    async def apply(self, change: BookChange) -> None:
        await self._views.apply(change)
        await self._arrive()

    async def complete(self, shard: int, shards: int, seq: int) -> None:
        await self._views.complete(shard, shards, seq)

    async def show_halts(self, halts: Collection[Halt], *, shard: int = 0, shards: int = 1) -> None:
        await self._views.show_halts(halts, shard=shard, shards=shards)
        await self._arrive()

    async def get(self, book: BookKey, depth: int) -> BookView:
        return await self._views.get(book, depth)

    async def best(self, books: list[BookKey]) -> list[BookView]:
        return await self._views.best(books)
