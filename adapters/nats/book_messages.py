"""Books, their changes and halts, as they cross the network.

The epoch in each message is that of the lease of the engine that published it.
"""

from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from ...ports.language.halts import Halt
from ...ports.language.market import BookChange, BookKey, BookView, PriceLevel
from ..streams.book_mirror import StandingHalts

_Levels: TypeAlias = tuple[tuple[int, int], ...]
"""Prices and quantities."""


def _pairs(levels: Sequence[PriceLevel]) -> _Levels:
    return tuple((level.price, level.quantity) for level in levels)


def _levels(pairs: _Levels) -> tuple[PriceLevel, ...]:
    return tuple(PriceLevel(price, quantity) for price, quantity in pairs)


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
        return cls(epoch, view.book, view.seq, _pairs(view.bids), _pairs(view.asks))

    @property
    def view(self) -> BookView:
        """The view, without whether the book is halted."""
        return BookView(self.book, self.seq, _levels(self.bids), _levels(self.asks))


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

    @property
    def standing(self) -> StandingHalts:
        """The halts, as a mirror takes them."""
        return StandingHalts(self.version, self.halts)


News: TypeAlias = Here | WholeBook | ChangedBook | Halted


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """Some books, and the halts, as they are now. Books that were too large are missing."""

    halted: Halted
    books: tuple[WholeBook, ...]


encode = msgspec.msgpack.encode
decode_news: msgspec.msgpack.Decoder[News] = msgspec.msgpack.Decoder(News)
decode_request: msgspec.msgpack.Decoder[tuple[BookKey, ...]] = msgspec.msgpack.Decoder(
    tuple[BookKey, ...]
)
decode_asked: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)
