"""Writes the books of one shard to Redis, and tells listeners of it in the same step."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import msgspec

from ...ports.language.halts import Halt
from ...ports.language.market import BookKey
from .book_keys import BookKeys
from .book_news import Here, Source, channel_of, encode, head_of, name_of
from .book_scripts import ANEW, CLEAR, LEAVE, MARK, WRITE
from .connection import RedisConnection


@dataclass(frozen=True, slots=True)
class BookWrite:
    """A book to write: whole, or what changed of it."""

    book: BookKey
    seq: int
    base: int
    """The number that the changes follow, or WHOLE or CHECK."""
    bids: Sequence[int]
    """Prices and quantities in turn."""
    asks: Sequence[int]


class BookWriter:
    """Runs the scripts of one publisher. Each write and each message has a number."""

    def __init__(
        self, connection: RedisConnection, *, shard: int, shards: int, tells: bool
    ) -> None:
        """If it `tells`, each step publishes a message of what it has written."""
        self._connection = connection
        self._keys = BookKeys(connection)
        self.is_apart = self._keys.is_cluster
        """Whether books may be lost with a server that has not the marker, which then stays."""
        self._shared = [self._keys.marker(shard, shards)]
        """The keys beside those of the books, as far as they are on one node with them."""
        self._left: list[str] = []
        if not self._keys.is_cluster:
            self._shared.append(self._keys.names(shard, shards))
            self._left.append(self._keys.left(shard, shards))
        self._shard, self._shards = shard, shards
        self._channel = channel_of(connection) if tells else ""
        self._name = uuid4().hex
        self._writes = self._told = self._marks = 0
        self._began = ""
        """The mark after which everything was to be published, as far as it was answered."""

    async def mark(
        self, epoch: int, *, life: float, begun: int, halts: tuple[Halt, ...], complete: int | None
    ) -> int:
        """Say who publishes, for `life` seconds, and return OVERTAKEN, ANEW or 0.

        Raises Unavailable.
        """
        self._marks += 1
        mark = f"{self._name}-{self._marks}"
        answer: int = await self._connection.run(
            MARK,
            [*self._shared, *self._left],
            epoch,
            self._began,
            mark,
            self._marks,
            round(1000 * life),
            begun,
            encode(halts),
            "" if complete is None else complete,
            self._channel,
            encode(Here(self._source(epoch), self._told, self._marks, begun, halts)),
        )
        if answer == ANEW:
            self._began = mark
        return answer

    async def clear(self, epoch: int) -> bool:
        """Delete some books that a former engine has left, once all others are published.

        Return whether there may be more. Raises Unavailable.
        """
        if not self._left:
            return False
        return bool(await self._connection.run(CLEAR, self._left, epoch, self._connection.name("")))

    async def leave(self, epoch: int) -> None:
        """Say that nothing more is published. Raises Unavailable."""
        await self._connection.run(LEAVE, self._shared[:1], epoch, self._began)

    async def write(self, epoch: int, writes: Sequence[BookWrite]) -> Sequence[int]:
        """Write books, and return what became of each. Raises Unavailable."""
        if not writes:
            return []
        if self._keys.is_cluster:
            each = (self._write(epoch, [write]) for write in writes)
            return [result for results in await asyncio.gather(*each) for result in results]
        return await self._write(epoch, writes)

    async def _write(self, epoch: int, writes: Sequence[BookWrite]) -> Sequence[int]:
        keys = [key for write in writes for key in self._keys.of(write.book)]
        if not self._keys.is_cluster:
            keys += self._shared
        packed = [self._pack(write) for write in writes]
        told: tuple[bytes, ...] = ()
        if self._channel:
            self._told += 1
            names = [name_of(write.book) for write in writes]
            told = head_of(self._source(epoch), self._told), msgspec.msgpack.encode(names)
        answer: Any = await self._connection.run(
            WRITE, keys, msgspec.msgpack.encode(packed), epoch, self._channel, *told
        )
        results: Sequence[int] = answer
        return results

    def _pack(self, write: BookWrite) -> tuple[int, int, int, Sequence[int], Sequence[int]]:
        self._writes += 1
        return self._writes, write.seq, write.base, write.bids, write.asks

    def _source(self, epoch: int) -> Source:
        return Source(self._shard, self._shards, self._name, epoch)
