"""Published order books, in memory."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import TypeAlias

from ...ports.book_views import BookViews, StoredBooks
from ...ports.language.halts import Halt
from ...ports.language.market import (
    BookChange,
    BookChanges,
    BookKey,
    BookView,
    PriceLevel,
    Side,
    shard_of,
)
from ...ports.language.money import Cents
from ...ports.tenure import Tenure

Publication: TypeAlias = BookView | BookChange | BookChanges
"""A book that is published whole, or one or several changes of it."""
Hear: TypeAlias = Callable[[Publication], None]


class MemoryBookViews(BookViews):
    """A dict of quantities by price for each side of each book."""

    def __init__(self, stored: StoredBooks | None = None) -> None:
        """Show unpublished books from the `stored` ones, or as empty without a store."""
        self._stored = stored
        self._books: dict[BookKey, _Levels] = {}
        self._shards = 1
        self._begun: dict[int, int] = {}
        """The seq that each shard's engine began with, which stored views do not exceed."""
        self._tenures: dict[int, Tenure] = {}
        """The tenures of the engines, without those that need none."""
        self._complete: dict[int, int] = {}
        """The shards whose books are all published, with the seq of their empty books."""
        self._halts: dict[int, tuple[Halt, ...]] = {}
        """The halts that each shard's engine has published."""
        self._watchers: list[Hear] = []
        self._watchers_of_all: list[Callable[[], None]] = []

    def watch(self, hear: Hear) -> None:
        """Call `hear` with every publication from now on; it must be fast."""
        self._watchers.append(hear)

    def watch_all(self, hear: Callable[[], None]) -> None:
        """Call `hear` when halts change or views are dropped; it must be fast."""
        self._watchers_of_all.append(hear)

    def is_halted(self, key: BookKey) -> bool:
        """Return whether a book is halted now."""
        halts = self._halts.get(shard_of(key, self._shards), ())
        return any(halt.covers(key) for halt in halts)

    def halts_of(self, shard: int) -> tuple[Halt, ...] | None:
        """Return the halts that a shard's engine has published, or None before that."""
        return self._halts.get(shard)

    def view(self, key: BookKey, depth: int | None = None) -> BookView | None:
        """Return a book's current view, by default of all its levels.

        It is None if the book is not published, although quotes may rest in it.
        """
        self._drop_of_former_owners()
        book = self._books.get(key)
        if book is not None:
            top = book.bids.top(depth), book.asks.top(depth)
            return BookView(key, book.seq, *top, self.is_halted(key))
        empty_at = self._complete.get(shard_of(key, self._shards)) if self._stored else 0
        return None if empty_at is None else BookView(key, empty_at, halted=self.is_halted(key))

    def levels_of(self, key: BookKey) -> int:
        """Return how many levels a published book has."""
        book = self._books.get(key)
        return 0 if book is None else len(book.bids.quantities) + len(book.asks.quantities)

    async def whole(self, key: BookKey, depth: int | None = None) -> BookView:
        """Return the view of a book, published or stored, by default of all its levels."""
        [view] = await self._views([key], depth)
        return view

    async def wholes(self, keys: Sequence[BookKey]) -> list[BookView]:
        """Return the complete views of books, published or stored."""
        return await self._views(keys, None)

    def drop(self, key: BookKey) -> None:
        """Drop the view of a book, which readers then get from the store."""
        if self._books.pop(key, None) is not None:
            self._notify_all()

    async def begin(
        self,
        shard: int,
        shards: int,
        seq: int,
        tenure: Tenure | None = None,
        *,
        epoch: int = 0,
    ) -> None:
        self._shards = shards
        self._drop(shard)
        self._begun[shard] = seq
        if tenure is not None:
            self._tenures[shard] = tenure
        self._notify_all()

    def mirror(self, shard: int, shards: int, tenure: Tenure) -> None:
        """Drop the views of a shard's books, to show during a tenure what is published elsewhere.

        The stored books have the numbers that they are to be shown with.
        """
        self._shards = shards
        self._drop(shard)
        self._tenures[shard] = tenure
        self._notify_all()

    async def end(self, shard: int, shards: int) -> None:
        self._shards = shards
        self._drop(shard)
        self._halts.pop(shard, None)
        self._notify_all()

    def _drop(self, shard: int) -> None:
        self._begun.pop(shard, None)
        self._tenures.pop(shard, None)
        self._complete.pop(shard, None)
        if self._stored is not None:
            for book in [book for book in self._books if shard_of(book, self._shards) == shard]:
                del self._books[book]

    def _drop_of_former_owners(self) -> None:
        """Drop what engines published whose tenure is over, before they notice it themselves."""
        for shard, tenure in tuple(self._tenures.items()):
            if tenure.is_over:
                self._drop(shard)

    async def publish(self, view: BookView) -> None:
        book = _Levels(view.seq)
        book.bids.quantities = {level.price: level.quantity for level in view.bids}
        book.asks.quantities = {level.price: level.quantity for level in view.asks}
        book.check(view.book)
        self._books[view.book] = book
        self._notify(view)

    async def apply(self, change: BookChange | BookChanges) -> None:
        book = self._books.get(change.book) or _Levels()
        follows = book.seq + 1
        # Single changes are those of the engine, for which this is fast.
        assert change.seq == follows or change.first_seq == follows, (
            f"change {change.first_seq} to {change.seq} of a book at {book.seq}"
        )
        for level in change.levels:
            side = book.bids if level.side is Side.BID else book.asks
            side.set(level.price, level.quantity)
        book.seq = change.seq
        book.check(change.book)
        self._books[change.book] = book
        self._notify(change)

    async def complete(self, shard: int, shards: int, seq: int) -> None:
        self._shards = shards
        self._complete[shard] = seq

    async def show_halts(self, halts: Collection[Halt], *, shard: int = 0, shards: int = 1) -> None:
        self._shards = shards
        self._halts[shard] = tuple(halts)
        self._notify_all()

    async def get(self, book: BookKey, depth: int) -> BookView:
        [view] = await self._views([book], depth)
        return view

    async def best(self, books: list[BookKey]) -> list[BookView]:
        return await self._views(books, 1)

    async def _views(self, books: Sequence[BookKey], depth: int | None) -> list[BookView]:
        views = {book: self.view(book, depth) for book in books}
        if self._stored is not None:
            unknown = [book for book, view in views.items() if view is None]
            for stored in await self._stored.views(unknown, depth) if unknown else ():
                # The book may have been published meanwhile.
                views[stored.book] = self.view(stored.book, depth) or self._numbered(stored)
        return [view for book in books if (view := views[book]) is not None]

    def _numbered(self, stored: BookView) -> BookView:
        begun = self._begun.get(shard_of(stored.book, self._shards), stored.seq)
        return stored if stored.seq <= begun else replace(stored, seq=begun)

    def _notify(self, publication: Publication) -> None:
        for hear in self._watchers:
            hear(publication)

    def _notify_all(self) -> None:
        for hear in self._watchers_of_all:
            hear()


class _Side:
    """The levels of one side, whose prices are sorted on demand."""

    __slots__ = ("_best_first", "_descending", "quantities")

    def __init__(self, *, descending: bool) -> None:
        self.quantities: dict[Cents, int] = {}
        self._descending = descending
        self._best_first: list[Cents] | None = None

    def set(self, price: Cents, quantity: int) -> None:
        if (price in self.quantities) != (quantity > 0):
            self._best_first = None
        if quantity > 0:
            self.quantities[price] = quantity
        else:
            self.quantities.pop(price, None)

    def top(self, depth: int | None) -> tuple[PriceLevel, ...]:
        if self._best_first is None:
            self._best_first = sorted(self.quantities, reverse=self._descending)
        return tuple(
            PriceLevel(price, self.quantities[price]) for price in self._best_first[:depth]
        )


class _Levels:
    """One book's view."""

    __slots__ = ("asks", "bids", "seq")

    def __init__(self, seq: int = 0) -> None:
        self.seq = seq
        self.bids = _Side(descending=True)
        self.asks = _Side(descending=False)

    def check(self, book: BookKey) -> None:
        """Raise AssertionError if the book is crossed, because a match was missed."""
        bids, asks = self.bids.quantities, self.asks.quantities
        assert not bids or not asks or max(bids) < min(asks), f"{book} is crossed"
