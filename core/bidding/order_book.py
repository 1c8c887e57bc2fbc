"""The order book of one product in one size and condition."""

from collections.abc import Iterator

from ...ports.language.market import Quote, Side
from .book_side import BookSide

_BID, _ASK = Side.BID, Side.ASK  # an enum's members are slow to look up


class OrderBook:
    """Resting quotes in price-time priority: the better price first, then the earlier arrival.

    Pure and synchronous: it knows no clock, no ids and no store. A book is never crossed: a quote
    that reaches another trades or is refused, and does not rest.
    """

    __slots__ = ("asks", "bids")

    def __init__(self) -> None:
        self.bids = BookSide(_BID)
        self.asks = BookSide(_ASK)

    def __len__(self) -> int:
        return len(self.bids) + len(self.asks)

    def __iter__(self) -> Iterator[Quote]:
        """Yield every resting quote: bids, then asks, each in the order of their priority."""
        yield from self.bids
        yield from self.asks

    def on(self, side: Side) -> BookSide:
        """Return one side."""
        return self.bids if side is _BID else self.asks

    def add(self, quote: Quote) -> None:
        """Let a quote rest that reaches no other."""
        self.on(quote.side).add(quote)

    def remove(self, quote: Quote) -> None:
        """Take a resting quote out, wherever it stands."""
        self.on(quote.side).remove(quote)

    def find(self, quote: Quote) -> Quote | None:
        """Return the resting quote with this one's side, amount and sequence number."""
        return self.on(quote.side).find(quote)

    def against(self, side: Side) -> BookSide:
        """Return the side that quotes on this one trade with."""
        return self.asks if side is _BID else self.bids
