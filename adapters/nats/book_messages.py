"""Books, their changes and halts, as they cross the network.

The epoch in each message is that of the lease of the engine that published it.
"""

from typing import TypeAlias

import msgspec

from ...ports.language.halts import Halt
from ...ports.language.market import BookChange, BookKey, BookView, PriceLevel

_Levels: TypeAlias = tuple[tuple[int, int], ...]
"""Prices and quantities."""


class Here(msgspec.Struct, frozen=True, array_like=True, tag="here"):
    """An engine publishes. It says so every second."""

    epoch: int
    begun: int
    """The sequence number with which it began."""


class WholeBook(msgspec.Struct, frozen=True, array_like=True, tag="whole"):
    """A book as it was published whole, or as it was asked for."""

    epoch: int
    book: BookKey
    seq: int
    bids: _Levels
    asks: _Levels

    @classmethod
    def of(cls, view: BookView, epoch: int) -> "WholeBook":
        """Return a view as a message."""
        sides = (tuple((x.price, x.quantity) for x in side) for side in (view.bids, view.asks))
        return cls(epoch, view.book, view.seq, *sides)

    @property
    def view(self) -> BookView:
        """The view, without whether the book is halted."""
        sides = (tuple(PriceLevel(*x) for x in side) for side in (self.bids, self.asks))
        return BookView(self.book, self.seq, *sides)


class ChangedBook(msgspec.Struct, frozen=True, array_like=True, tag="changed"):
    """A change of a book."""

    epoch: int
    change: BookChange


class Halted(msgspec.Struct, frozen=True, array_like=True, tag="halted"):
    """All halts that stand."""

    epoch: int
    version: int
    """How often the engine has published its halts."""
    halts: tuple[Halt, ...]


News: TypeAlias = Here | WholeBook | ChangedBook | Halted


class AskedBooks(msgspec.Struct, frozen=True, array_like=True):
    """Some books, and the halts, as they are now. Books that were too large are missing."""

    halted: Halted
    books: tuple[WholeBook, ...]


encode = msgspec.msgpack.encode
decode_news: msgspec.msgpack.Decoder[News] = msgspec.msgpack.Decoder(News)
decode_request: msgspec.msgpack.Decoder[tuple[BookKey, ...]] = msgspec.msgpack.Decoder(
    tuple[BookKey, ...]
)
decode_asked: msgspec.msgpack.Decoder[AskedBooks] = msgspec.msgpack.Decoder(AskedBooks)
