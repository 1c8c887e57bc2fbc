"""Published order books, in memory."""

from collections.abc import Callable, Collection

from ...ports.book_views import BookViews
from ...ports.language.halts import Halt
from ...ports.language.market import BookChange, BookKey, BookView, PriceLevel, Side
from ...ports.language.money import Cents


class MemoryBookViews(BookViews):
    """One dict of quantities by price for each side of each book."""

    def __init__(self) -> None:
        self._books: dict[BookKey, _Levels] = {}
        self._halts: tuple[Halt, ...] = ()
        self._watchers: list[Callable[[BookView | BookChange], None]] = []
        self._halt_watchers: list[Callable[[], None]] = []

    def watch(self, hear: Callable[[BookView | BookChange], None]) -> None:
        """Have `hear` called with every publication from now on; it must be quick."""
        self._watchers.append(hear)

    def watch_halts(self, hear: Callable[[], None]) -> None:
        """Have `hear` called whenever other books are halted from now on; it must be quick."""
        self._halt_watchers.append(hear)

    def is_halted(self, key: BookKey) -> bool:
        """Return whether a book is halted at this instant."""
        return any(halt.covers(key) for halt in self._halts)

    def view(self, key: BookKey, depth: int | None = None) -> BookView:
        """Return a book's view as it is at this instant, by default the whole of it."""
        book = self._books.get(key)
        halted = self.is_halted(key)
        if book is None:
            return BookView(key, 0, halted=halted)
        return BookView(key, book.seq, book.bids.top(depth), book.asks.top(depth), halted)

    async def publish(self, view: BookView) -> None:
        book = _Levels(view.seq)
        book.bids.quantities = {level.price: level.quantity for level in view.bids}
        book.asks.quantities = {level.price: level.quantity for level in view.asks}
        book.check(view.book)
        self._books[view.book] = book
        self._told(view)

    async def apply(self, change: BookChange) -> None:
        book = self._books.get(change.book) or _Levels()
        assert change.seq == book.seq + 1, f"change {change.seq} of a book at {book.seq}"
        for level in change.levels:
            side = book.bids if level.side is Side.BID else book.asks
            side.set(level.price, level.quantity)
        book.seq = change.seq
        book.check(change.book)
        self._books[change.book] = book
        self._told(change)

    async def show_halts(self, halts: Collection[Halt]) -> None:
        self._halts = tuple(halts)
        for hear in self._halt_watchers:
            hear()

    async def books(self) -> Collection[BookKey]:
        return tuple(self._books)

    async def get(self, book: BookKey, depth: int) -> BookView:
        return self.view(book, depth)

    async def best(self, books: list[BookKey]) -> list[BookView]:
        return [self.view(book, 1) for book in books]

    def _told(self, publication: BookView | BookChange) -> None:
        for hear in self._watchers:
            hear(publication)


class _Side:
    """The levels of one side, whose prices are sorted when somebody looks."""

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
        """Raise AssertionError if the book is crossed: some match was missed."""
        bids, asks = self.bids.quantities, self.asks.quantities
        assert not bids or not asks or max(bids) < min(asks), f"{book} is crossed"
