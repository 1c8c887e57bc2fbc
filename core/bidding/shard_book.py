"""A book in its shard: its resting quotes, and what is to be told of them."""

from datetime import datetime

from ...ports.language.events import LowestAskChanged
from ...ports.language.market import BookChange, BookKey, BookView, LevelChange, Side
from ...ports.language.money import Cents
from .order_book import OrderBook

_BID, _ASK = Side.BID, Side.ASK  # an enum's members are slow to look up


class ShardBook(OrderBook):
    """Remembers what was told of it, so that each batch tells what it changed."""

    __slots__ = ("_published", "_told_lowest_ask", "key")

    def __init__(self, key: BookKey) -> None:
        super().__init__()
        self.key = key
        self._published: int | None = None
        """The number of the last view or change."""
        self._told_lowest_ask: Cents | None = None

    def begin_batch(self) -> None:
        """Start afresh with nothing to tell."""
        if self.bids.changed:
            self.bids.changed = {}
        if self.asks.changed:
            self.asks.changed = {}
            self._told_lowest_ask = self._lowest_ask()

    def lowest_ask_change(self, now: datetime) -> LowestAskChanged | None:
        """Return what is to be told of the lowest ask, if this batch changed it."""
        if not self.asks.changed:
            return None
        lowest, before = self._lowest_ask(), self._told_lowest_ask
        if lowest == before:
            return None
        return LowestAskChanged(self.key, before, lowest, changed_at=now)

    def publication(self, sequence: int) -> BookView | BookChange:
        """Return what the public is to be told: the whole view first, later what changed.

        A view has the number of the shard's sequence, a change the next one after what was told.
        """
        if self._published is None:
            return self.view(sequence)
        self._published += 1
        return BookChange(self.key, self._published, self._level_changes())

    def view(self, sequence: int) -> BookView:
        """Return the whole book, numbered by the shard's sequence."""
        self._published = sequence
        return BookView(self.key, sequence, self.bids.levels(), self.asks.levels())

    def _level_changes(self) -> tuple[LevelChange, ...]:
        bids, asks = self.bids, self.asks
        return (
            *[LevelChange(_BID, price, bids.quantity(price)) for price in bids.changed],
            *[LevelChange(_ASK, price, asks.quantity(price)) for price in asks.changed],
        )

    def _lowest_ask(self) -> Cents | None:
        best = self.asks.best()
        return None if best is None else best.amount
