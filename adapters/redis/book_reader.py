"""Reads the published books from Redis."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import msgspec

from ...ports.language.errors import Unavailable
from ...ports.language.halts import Halt
from ...ports.language.market import BookKey, BookView, PriceLevel, shard_of
from ...ports.language.money import Cents
from .book_keys import BookKeys
from .book_scripts import READ
from .connection import REDIS, RedisConnection

_Raw: TypeAlias = Any
"""What the script answers."""

_PART: Final = 0
"""The answer for a book of which something is lost."""
_LEFT: Final = 1
"""The answer for a book that is to be read in another step."""

_AT_ONCE = 4
"""How many steps run at once."""
_TOGETHER = 100
"""From how many books on others are read in another step."""
_LEVELS = 4_000
"""After how many levels the other books are read in another step, so that none takes long."""

_decode_halts: msgspec.msgpack.Decoder[tuple[Halt, ...]] = msgspec.msgpack.Decoder(tuple[Halt, ...])


@dataclass(frozen=True, slots=True)
class Marker:
    """What is known of the engine that publishes a shard's books."""

    epoch: int
    begun: int
    halts: tuple[Halt, ...]
    complete: int | None
    """The number of empty books, or None if books may not be published yet."""

    @classmethod
    def of(cls, raw: _Raw) -> "Marker | None":
        """Return a marker from the script's answer, or None if nobody publishes."""
        if not raw:
            return None
        epoch, begun, halts, complete, *_ = raw
        try:
            return cls(
                int(epoch),
                int(begun),
                _decode_halts.decode(halts),
                int(complete) if complete else None,
            )
        except ValueError:
            return None  # somebody else has changed it

    def is_halted(self, book: BookKey) -> bool:
        return any(halt.covers(book) for halt in self.halts)


@dataclass(frozen=True, slots=True)
class Found:
    """What Redis has of some books."""

    views: dict[BookKey, BookView]
    """The published ones, and those that are known to be empty."""
    markers: dict[BookKey, Marker]
    """Those of the books, also of others, whose shard somebody publishes."""


@dataclass(slots=True)
class _Reading:
    """Books that are read together, when it is their turn."""

    books: dict[BookKey, None] = field(default_factory=dict)
    task: "asyncio.Task[Found] | None" = None


class RedisBookReader:
    """Reads several books in one step.

    A few steps run at once. What is asked for meanwhile is read together with the next one.
    """

    def __init__(self, connection: RedisConnection, shards: int) -> None:
        self._connection = connection
        self._keys = BookKeys(connection)
        self._shards = shards
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._next: dict[int | None, _Reading] = {}
        """What waits for its turn, by depth."""

    async def read(self, books: Sequence[BookKey], depth: int | None) -> Found:
        """Return what is published of some books and perhaps others, up to `depth` levels.

        Raises Unavailable.
        """
        reading = self._next.get(depth)
        if reading is None or len(reading.books) >= _TOGETHER:
            reading = self._next[depth] = _Reading()
            reading.task = asyncio.create_task(self._read_in_turn(reading, depth))
            reading.task.add_done_callback(_note_end)
        reading.books |= dict.fromkeys(books)
        assert reading.task is not None
        return await asyncio.shield(reading.task)

    async def _read_in_turn(self, reading: _Reading, depth: int | None) -> Found:
        async with self._turns:
            if self._next.get(depth) is reading:
                del self._next[depth]
            return await self._read(list(reading.books), depth)

    async def _read(self, books: Sequence[BookKey], depth: int | None) -> Found:
        found = Found({}, {})
        try:
            while books:
                books = await self._read_some(books, depth, found)
        except (TypeError, ValueError) as error:
            raise Unavailable(what=REDIS) from error  # it was not Redis that answered
        return found

    async def _read_some(
        self, books: Sequence[BookKey], depth: int | None, found: Found
    ) -> Sequence[BookKey]:
        """Read the first books at least, and return those that are left."""
        shards = list(dict.fromkeys(shard_of(book, self._shards) for book in books))
        if self._keys.is_cluster:
            raw_markers, raw_books = await self._read_apart(shards, books, depth)
        else:
            raw_markers, raw_books = await self._read_together(shards, books, depth)
        markers = dict(zip(shards, map(Marker.of, raw_markers), strict=True))
        left = []
        for book, raw in zip(books, raw_books, strict=True):
            marker = markers[shard_of(book, self._shards)]
            if raw == _LEFT:
                left.append(book)
            elif marker is not None:
                found.markers[book] = marker
                view = self._view(book, raw, marker)
                if view is not None:
                    found.views[book] = view
        return left

    async def _read_together(
        self, shards: Sequence[int], books: Sequence[BookKey], depth: int | None
    ) -> tuple[Sequence[_Raw], Sequence[_Raw]]:
        keys = [self._keys.marker(shard, self._shards) for shard in shards]
        keys += [key for book in books for key in self._keys.of(book)]
        keys += [self._keys.names(shard, self._shards) for shard in shards]
        places = [shards.index(shard_of(book, self._shards)) + 1 for book in books]
        markers, found = await self._connection.run(
            READ, keys, -1 if depth is None else depth, _LEVELS, len(shards), *places
        )
        return markers, found

    async def _read_apart(
        self, shards: Sequence[int], books: Sequence[BookKey], depth: int | None
    ) -> tuple[Sequence[_Raw], Sequence[_Raw]]:
        """Read from the nodes of a cluster.

        One of them may have lost its books while others have not, so no missing book is empty.
        """
        run, last = self._connection.run, (-1 if depth is None else depth, _LEVELS)
        answers = await asyncio.gather(
            *(run(READ, [self._keys.marker(shard, self._shards)], *last, 1) for shard in shards),
            *(run(READ, self._keys.of(book), *last, 0, 0) for book in books),
        )
        markers = [found for [[found], _] in answers[: len(shards)]]
        for marker in markers:
            if marker:
                marker[3] = b""
        return markers, [found for [_, [found]] in answers[len(shards) :]]

    def _view(self, book: BookKey, raw: _Raw, marker: Marker) -> BookView | None:
        halted = marker.is_halted(book)
        if raw == _PART:
            return None
        if raw:
            epoch, seq, bids, asks = raw
            try:
                if int(epoch) == marker.epoch:
                    return BookView(book, int(seq), _levels(bids), _levels(asks), halted)
                if int(epoch) > marker.epoch:
                    return None
            except ValueError:
                return None  # somebody else has changed it
        if marker.complete is not None:
            return BookView(book, marker.complete, halted=halted)
        return None


def _levels(raw: bytes) -> tuple[PriceLevel, ...]:
    numbers = [int(number) for number in raw.split()]
    return tuple(
        PriceLevel(Cents(price), quantity)
        for price, quantity in zip(numbers[::2], numbers[1::2], strict=True)
    )


def _note_end(task: "asyncio.Task[Found]") -> None:
    """Take note of a failure, because whoever asked may have given up."""
    if not task.cancelled():
        task.exception()
