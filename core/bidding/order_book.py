"""The order book of one product in one size and condition."""

from collections.abc import Iterator

from ...ports.language.market import Quote, Side
from .book_side import BookSide

_BID, _ASK = Side.BID, Side.ASK  # an enum's members are slow to look up


class OrderBook:
    """The resting quotes in price-time priority: the better price first, then the earlier arrival.

    Pure and synchronous: no clock, no ids, no store. A book is never crossed, because a quote that
    reaches another trades or is refused, and does not rest.
    """

    __slots__ = ("asks", "bids")

    def __init__(self) -> None:
        self.bids = BookSide(_BID)
        self.asks = BookSide(_ASK)

    def __len__(self) -> int:
        return len(self.bids) + len(self.asks)

    def __iter__(self) -> Iterator[Quote]:
        """Yield every resting quote: the bids, then the asks, each best first."""
        yield from self.bids
        yield from self.asks

    def on(self, side: Side) -> BookSide:
        """Return this side of the book."""
        return self.bids if side is _BID else self.asks

    def add(self, quote: Quote) -> None:
        """Add a quote that reaches no quote on the other side."""
        self.on(quote.side).add(quote)

    def remove(self, quote: Quote) -> None:
        """Remove a resting quote from any place in its queue."""
        self.on(quote.side).remove(quote)

    def find(self, quote: Quote) -> Quote | None:
        """Return the resting quote with the same side, amount and sequence number, or None."""
        return self.on(quote.side).find(quote)

    def against(self, side: Side) -> BookSide:
        """Return the side that quotes on `side` trade with."""
        return self.asks if side is _BID else self.bids
