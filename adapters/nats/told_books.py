"""The published books of the process with the engine, told to all others."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ...ports.book_views import BookViews
from ...ports.language.halts import Halt
from ...ports.language.market import BookChange, BookKey, BookView
from ...ports.tenure import Tenure
from ..memory.book_views import MemoryBookViews
from ..streams.book_mirror import BookMirror
from ..streams.channel import Channel
from .book_messages import (
    Answer,
    ChangedBook,
    Halted,
    Here,
    News,
    WholeBook,
    decode_request,
    encode,
)
from .network import Network
from .subjects import asked_books_subject

_EVERY = 1.0
"""Seconds between two messages that the engine is here."""
_MOST_BYTES = 700_000
"""The size of an answer to whoever asks for books."""


@dataclass(slots=True)
class _Told:
    """What the engine of this process has told of itself."""

    here: Here
    tenure: Tenure
    halted: Halted


class ToldBookViews(BookViews):
    """Shows the books of a shard's engine in this process, and tells other processes of them.

    While the engine runs elsewhere, the mirror shows what is told from there.
    """

    def __init__(
        self,
        mirror: BookMirror,
        channel: Channel,
        network: Network,
        *,
        prefix: str,
        shards: int = 1,
    ) -> None:
        """Create the views of one of `shards`."""
        self._mirror = mirror
        self._views = mirror.shown
        self._channel = channel
        self._network = network
        self._prefix, self._shards = prefix, shards
        self._epoch = 0
        self._told: _Told | None = None

    @property
    def shown(self) -> MemoryBookViews:
        """What readers see."""
        return self._views

    @asynccontextmanager
    async def telling(self, shard: int, epoch: int) -> AsyncIterator[None]:
        """Tell of a shard's engine in an epoch of its lease, until the block is left.

        Raises Unavailable.
        """
        self._epoch = epoch
        subject = asked_books_subject(self._prefix, shard, shards=self._shards)
        service = await self._network.serve(subject, self._answer)
        repeating = asyncio.create_task(self._repeat(), name="books are told")
        try:
            yield
        finally:
            self._told = None
            repeating.cancel()
            await service.end()

    async def _repeat(self) -> None:
        while True:
            await asyncio.sleep(_EVERY)
            if self._told is not None:
                self._tell(self._told.here)

    def _tell(self, news: News) -> None:
        if self._told is not None and not self._told.tenure.is_over:
            self._channel.tell(encode(news))

    async def _answer(self, payload: bytes) -> bytes | None:
        """Answer another process that asks for books."""
        told = self._told
        if told is None:
            return None
        books: list[WholeBook] = []
        size = 0
        for view in await self._views.wholes(decode_request.decode(payload)):
            book = WholeBook.of(view, told.here.epoch)
            size += len(encode(book))
            if size < _MOST_BYTES:
                books.append(book)
        answer = encode(Answer(told.halted, tuple(books)))
        return None if told is not self._told or told.tenure.is_over else answer

    # ---- by the publisher ----------------------------------------------------------------

    async def begin(
        self,
        shard: int,
        shards: int,
        seq: int,
        tenure: Tenure | None = None,
        *,
        epoch: int = 0,
    ) -> None:
        assert tenure is not None, "an engine that others reach has a lease"
        self._mirror.pause(self._epoch)
        await self._views.begin(shard, shards, seq, tenure, epoch=epoch)
        self._told = _Told(Here(self._epoch, seq), tenure, Halted(self._epoch, 0, ()))
        self._tell(self._told.here)

    async def end(self, shard: int, shards: int) -> None:
        self._told = None
        await self._views.end(shard, shards)
        self._mirror.resume()

    async def publish(self, view: BookView) -> None:
        await self._views.publish(view)
        self._tell(WholeBook.of(view, self._epoch))

    async def apply(self, change: BookChange) -> None:
        await self._views.apply(change)
        self._tell(ChangedBook(self._epoch, change))

    async def complete(self, shard: int, shards: int, seq: int) -> None:
        await self._views.complete(shard, shards, seq)

    async def show_halts(self, halts: Collection[Halt], *, shard: int = 0, shards: int = 1) -> None:
        await self._views.show_halts(halts, shard=shard, shards=shards)
        if self._told is not None:
            version = self._told.halted.version + 1
            self._told.halted = Halted(self._epoch, version, tuple(halts))
            self._tell(self._told.halted)

    # ---- by readers ----------------------------------------------------------------------

    async def get(self, book: BookKey, depth: int) -> BookView:
        return await self._views.get(book, depth)

    async def best(self, books: list[BookKey]) -> list[BookView]:
        return await self._views.best(books)
