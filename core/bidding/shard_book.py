"""An order book that tracks what each batch changed."""

from collections.abc import Iterable
from datetime import datetime

from ...ports.language.events import LowestAskChanged
from ...ports.language.market import BookKey, LevelChange, Quote, Side
from ...ports.language.money import Cents
from .order_book import OrderBook

_BID, _ASK = Side.BID, Side.ASK  # an enum's members are slow to look up


class ShardBook(OrderBook):
    """An order book of a shard. It reports the changes of each batch."""

    __slots__ = ("_told_lowest_ask", "key")

    def __init__(self, key: BookKey, quotes: Iterable[Quote] = ()) -> None:
        """Create the book from its stored quotes."""
        super().__init__()
        self.key = key
        bids: list[Quote] = []
        asks: list[Quote] = []
        for quote in quotes:
            (bids if quote.side is _BID else asks).append(quote)
        self.bids.fill(bids)
        self.asks.fill(asks)
        self._told_lowest_ask: Cents | None = self._lowest_ask()

    def begin_batch(self) -> None:
        """Start a new batch without changes."""
        if self.bids.changed:
            self.bids.changed = {}
        if self.asks.changed:
            self.asks.changed = {}
            self._told_lowest_ask = self._lowest_ask()

    def lowest_ask_change(self, now: datetime) -> LowestAskChanged | None:
        """Return the event about the lowest ask if this batch changed it, or None."""
        lowest, before = self._lowest_ask(), self._told_lowest_ask
        if lowest == before:
            return None
        return LowestAskChanged(self.key, before, lowest, changed_at=now)

    def level_changes(self) -> list[LevelChange]:
        """Return the levels that this batch changed, in their latest state."""
        bids, asks = self.bids, self.asks
        return [
            *[LevelChange(_BID, price, bids.quantity(price)) for price in bids.changed],
            *[LevelChange(_ASK, price, asks.quantity(price)) for price in asks.changed],
        ]

    def _lowest_ask(self) -> Cents | None:
        best = self.asks.best()
        return None if best is None else best.amount
