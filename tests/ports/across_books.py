"""The books of an engine, as another process on one NATS server shows them."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from solebook.adapters.nats.remote_books import RemoteBooks, heard_by
from solebook.adapters.nats.told_books import ToldBookViews
from solebook.adapters.streams.book_mirror import BookMirror
from solebook.adapters.streams.channel import Channel
from solebook.core.bidding.matching_engine import Unlimited
from solebook.ports.book_views import BookViews, StoredBooks
from solebook.ports.language.halts import Halt
from solebook.ports.language.market import BookChange, BookKey, BookView
from solebook.ports.tenure import Tenure

from .across_channels import Across, LeakyNetwork, processes


@dataclass
class Empty(StoredBooks):
    """A store without quotes, which notes what it is asked for."""

    asked: list[BookKey] = field(default_factory=list)

    async def views(self, books: Sequence[BookKey], depth: int | None) -> Sequence[BookView]:
        self.asked += books
        return [BookView(book, 0) for book in books]


class Process:
    """A process that may have the engine, or shows what another one tells."""

    def __init__(
        self, network: LeakyNetwork, channel: Channel, prefix: str, *, silence: float = 60.0
    ) -> None:
        self.stored = Empty()
        source = RemoteBooks(network, prefix=prefix)
        self.mirror = BookMirror(source, self.stored, silence=silence)
        self.views = ToldBookViews(self.mirror, channel, network, prefix=prefix)

    async def hear(self, item: bytes) -> None:
        await heard_by(self.mirror)(item)

    def miss(self) -> None:
        self.mirror.miss()


@asynccontextmanager
async def books_of_processes(
    url: str, number: int, *, silence: float = 60.0
) -> AsyncIterator[list[Across[Process]]]:
    """Connect the books of some processes, none of which has an engine yet."""
    prefix = f"test-{uuid4().hex}"

    def build(network: LeakyNetwork, channel: Channel) -> Process:
        return Process(network, channel, prefix, silence=silence)

    async with processes(url, number, build) as opened:
        yield opened


@asynccontextmanager
async def books_of_two_processes(
    url: str,
) -> AsyncIterator[tuple[Across[Process], Across[Process]]]:
    """Connect the books of a process with the engine, and of one that has heard of it."""
    async with (
        books_of_processes(url, 2) as [engine, reader],
        engine.adapter.views.telling(0, 1),
    ):
        await engine.adapter.views.begin(0, 1, 0, Unlimited())
        await reader.until(lambda: reader.heard > 0)
        yield engine, reader


class Told(BookViews):
    """Views whose changes have reached the other process when a call returns."""

    def __init__(self, engine: Across[Process], reader: Across[Process]) -> None:
        self._views = engine.adapter.views
        self._engine = engine
        self._reader = reader

    async def _arrive(self) -> None:
        await self._reader.until(lambda: self._reader.heard >= self._engine.channel.told)

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
