"""The books of an engine, as another process that shares a Redis mirrors them."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal
from uuid import uuid4

from solebook.adapters.redis.book_listener import SILENCE, BookListener
from solebook.adapters.redis.book_news import channel_of
from solebook.adapters.redis.book_reader import RedisBookReader
from solebook.adapters.redis.book_views import RedisBookViews
from solebook.adapters.redis.connection import RedisConnection
from solebook.adapters.redis.remote_books import RedisBooks
from solebook.adapters.redis.subscription import Subscription
from solebook.adapters.streams.book_mirror import BookMirror
from solebook.adapters.streams.mirrored_books import MirroredBookViews
from solebook.adapters.streams.mirrors import Mirrors
from solebook.core.bidding.matching_engine import Unlimited
from solebook.ports.book_views import StoredBooks
from solebook.ports.language.market import BookChange, BookKey, BookView

from ..redis_connections import connected, some_prefix, until
from ..valkey_server import ValkeyServer
from .told_views import ToldViews

BEAT = 0.02


@dataclass
class Stored(StoredBooks):
    """Books without quotes, which notes what it is asked for."""

    asked: list[BookKey] = field(default_factory=list)

    async def views(self, books: Sequence[BookKey], depth: int | None) -> Sequence[BookView]:
        self.asked += books
        return [BookView(book, 0) for book in books]


class Process:
    """A process that may have the engine, or mirrors what another one tells."""

    def __init__(
        self,
        connection: RedisConnection,
        *,
        shards: int = 1,
        silence: float = SILENCE,
        beat: float = BEAT,
    ) -> None:
        self.connection = connection
        self.stored = Stored()
        self.channel = channel_of(connection)
        self.subscription = Subscription(connection, self.channel, pause=0.01)
        source = RedisBooks(RedisBookReader(connection, shards))
        self.mirrors = Mirrors(
            shards,
            lambda shard, shown: BookMirror(
                source, self.stored, shard=shard, shards=shards, shown=shown, silence=silence
            ),
        )
        self.listener = BookListener(self.mirrors.of_shards, is_ordered=not connection.is_cluster)
        mirrored = MirroredBookViews(self.mirrors)
        self.shown = mirrored.shown
        self.views = RedisBookViews(
            connection, mirrored, self.shown, shards=shards, tells=True, beat=beat
        )
        self.loses: Callable[[bytes], bool] = lambda _: False
        """Whether a message is lost on its way here."""
        self.missed = 0
        self._last = b""

    async def hear(self, message: bytes) -> None:
        if message.startswith(b"last "):
            self._last = message
        elif not self.loses(message):
            await self.listener.hear(message)

    def miss(self) -> None:
        self.missed += 1
        self.listener.miss()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with self.subscription.open(self.hear, self.miss), self.views.publishing():
            await until(lambda: self.subscription.is_heard)
            yield

    async def has_heard_all(self) -> None:
        """Wait until all messages that Redis has until now have arrived."""
        last = f"last {uuid4()}".encode()
        await self.connection.call("PUBLISH", self.channel, last)
        await until(lambda: self._last == last)

    async def begin(self, seq: int = 0, *, epoch: int = 1, shard: int = 0) -> None:
        """Begin as the engine of a shard, all of whose books are empty."""
        shards = len(self.mirrors.of_shards)
        await self.views.begin(shard, shards, seq, Unlimited(), epoch=epoch)
        await self.views.show_halts([], shard=shard, shards=shards)
        await self.views.complete(shard, shards, seq)
        await self.views.flush()


@asynccontextmanager
async def processes(
    server: ValkeyServer,
    number: int,
    *,
    shards: int = 1,
    beat: float = BEAT,
    silence: float = SILENCE,
    kind: Literal["server", "cluster"] = "server",
) -> AsyncIterator[list[Process]]:
    """Connect some processes, none of which has an engine yet."""
    prefix = some_prefix()
    async with AsyncExitStack() as stack:
        opened = []
        for _ in range(number):
            opening = connected(server, prefix=prefix, kind=kind)
            connection = await stack.enter_async_context(opening)
            process = Process(connection, shards=shards, beat=beat, silence=silence)
            await stack.enter_async_context(process.running())
            opened.append(process)
        yield opened


@asynccontextmanager
async def engine_and_reader(
    server: ValkeyServer, *, beat: float = BEAT
) -> AsyncIterator[tuple[Process, Process]]:
    """Connect a process with the engine, and one that has heard of it."""
    async with processes(server, 2, beat=beat) as [engine, reader]:
        await engine.begin()
        await reader.has_heard_all()
        yield engine, reader


class Told(ToldViews):
    """The views of the process with the engine, whose changes the other one has heard of.

    Engines publish a book whole before they change it, and so does this.
    """

    def __init__(self, engine: Process, reader: Process) -> None:
        async def arrive() -> None:
            await engine.views.flush()
            await reader.has_heard_all()

        super().__init__(engine.views, arrive)

    async def apply(self, change: BookChange) -> None:
        if change.seq == 1:
            await self.publish(BookView(change.book, 0))
        await super().apply(change)
