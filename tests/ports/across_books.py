"""The books of an engine, as another process on one NATS server shows them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from solebook.adapters.nats.network import Network
from solebook.adapters.nats.remote_books import RemoteBooks, heard_by
from solebook.adapters.nats.told_books import ToldBookViews
from solebook.adapters.streams.book_mirror import BookMirror
from solebook.adapters.streams.channel import Channel
from solebook.core.bidding.matching_engine import Unlimited
from solebook.ports.book_views import StoredBooks
from solebook.ports.language.market import BookKey, BookView

from .across_channels import Across, processes
from .told_views import ToldViews


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
        self, network: Network, channel: Channel, prefix: str, *, silence: float = 60.0
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

    def build(network: Network, channel: Channel) -> Process:
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


class Told(ToldViews):
    """The views of the process with the engine, whose changes the other one has heard of."""

    def __init__(self, engine: Across[Process], reader: Across[Process]) -> None:
        super().__init__(
            engine.adapter.views, lambda: reader.until(lambda: reader.heard >= engine.channel.told)
        )
