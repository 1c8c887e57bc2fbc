"""What the publisher of a shard's books tells listeners over a channel, in one step with writing.

Messages are MessagePack. `WRITE` in `book_scripts.py` adds the books to a `Told`.
"""

from typing import TypeAlias
from uuid import UUID

import msgspec

from ...ports.language.halts import Halt
from ...ports.language.ids import ProductId
from ...ports.language.market import (
    BookChanges,
    BookKey,
    BookView,
    Condition,
    LevelChange,
    PriceLevel,
    Side,
    Size,
)
from ...ports.language.money import Cents
from .connection import RedisConnection

Name: TypeAlias = tuple[str, str, str]
"""The product, size and condition of a book."""


def channel_of(connection: RedisConnection) -> str:
    """Return the name of the channel for the books of all shards."""
    return connection.name("told", "books")


def name_of(book: BookKey) -> Name:
    """Return how messages name a book."""
    return str(book.product_id), book.size, book.condition


class Source(msgspec.Struct, frozen=True, array_like=True):
    """Who tells."""

    shard: int
    shards: int
    sender: str
    epoch: int


class Here(msgspec.Struct, frozen=True, array_like=True, tag="here"):
    """The publisher is here. It says so every half second, and when halts change."""

    source: Source
    number: int
    """That of its last message about books."""
    mark: int
    """It rises with each of these messages."""
    begun: int
    """The sequence number with which the engine began."""
    halts: tuple[Halt, ...]


class ToldBook(msgspec.Struct, frozen=True, array_like=True):
    """A book as it was written: whole, or the changes after `base` with their final quantities."""

    name: Name
    seq: int
    base: int
    """The number that the changes follow, or a negative one."""
    bids: tuple[int, ...]
    """Prices and quantities in turn."""
    asks: tuple[int, ...]

    @property
    def key(self) -> BookKey:
        """Which book it is."""
        product, size, condition = self.name
        return BookKey(ProductId(UUID(product)), Size(size), Condition(condition))

    def news(self, key: BookKey) -> BookView | BookChanges:
        """Return the book, whose key is given, or its changes."""
        if self.base < 0:
            return BookView(key, self.seq, _levels(self.bids), _levels(self.asks))
        levels = _changes(Side.BID, self.bids) + _changes(Side.ASK, self.asks)
        return BookChanges(key, self.base + 1, self.seq, levels)


def _pairs(numbers: tuple[int, ...]) -> list[tuple[Cents, int]]:
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    return [(Cents(price), quantity) for price, quantity in pairs]


def _levels(numbers: tuple[int, ...]) -> tuple[PriceLevel, ...]:
    return tuple(PriceLevel(price, quantity) for price, quantity in _pairs(numbers))


def _changes(side: Side, numbers: tuple[int, ...]) -> tuple[LevelChange, ...]:
    return tuple(LevelChange(side, price, quantity) for price, quantity in _pairs(numbers))


class Told(msgspec.Struct, frozen=True, array_like=True, tag="told"):
    """The books that were written with one step, which may be none."""

    source: Source
    number: int
    """It rises by one with each of these messages."""
    books: tuple[ToldBook, ...] = ()


def head_of(source: Source, number: int) -> bytes:
    """Return the beginning of a `Told`, to which the books are added."""
    return encode(("told", source, number))


encode = msgspec.msgpack.encode
decode: msgspec.msgpack.Decoder[Here | Told] = msgspec.msgpack.Decoder(Here | Told)
