"""A book in its shard: its resting quotes, and what is to be told of them."""

from collections.abc import Iterable
from datetime import datetime

from ...ports.language.events import LowestAskChanged
from ...ports.language.market import BookKey, LevelChange, Quote, Side
from ...ports.language.money import Cents
from .order_book import OrderBook

_BID, _ASK = Side.BID, Side.ASK  # an enum's members are slow to look up


class ShardBook(OrderBook):
    """Remembers what was told of it, so that each batch tells what it changed."""

    __slots__ = ("_told_lowest_ask", "key")

    def __init__(self, key: BookKey, quotes: Iterable[Quote] = ()) -> None:
        """Make the book of quotes that are stored."""
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
        """Start afresh with nothing to tell."""
        if self.bids.changed:
            self.bids.changed = {}
        if self.asks.changed:
            self.asks.changed = {}
            self._told_lowest_ask = self._lowest_ask()

    def lowest_ask_change(self, now: datetime) -> LowestAskChanged | None:
        """Return what is to be told of the lowest ask, if this batch changed it."""
        lowest, before = self._lowest_ask(), self._told_lowest_ask
        if lowest == before:
            return None
        return LowestAskChanged(self.key, before, lowest, changed_at=now)

    def level_changes(self) -> list[LevelChange]:
        """Return the levels that this batch changed, as it leaves them."""
        bids, asks = self.bids, self.asks
        return [
            *[LevelChange(_BID, price, bids.quantity(price)) for price in bids.changed],
            *[LevelChange(_ASK, price, asks.quantity(price)) for price in asks.changed],
        ]

    def _lowest_ask(self) -> Cents | None:
        best = self.asks.best()
        return None if best is None else best.amount
