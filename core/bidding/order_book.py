"""The order book of one product in one size and condition."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator

from ...ports.language.market import PriceLevel, Quote, Side
from ...ports.language.money import Cents

_ARRIVAL_BITS = 48
_LAST_ARRIVAL = (1 << _ARRIVAL_BITS) - 1


class OrderBook:
    """Resting quotes in price-time priority: the better price first, then the earlier arrival.

    Pure and synchronous: it knows no clock, no ids and no store. A book is never crossed: a quote
    that reaches another trades or is refused, and does not rest.
    """

    __slots__ = ("_asks", "_bids")

    def __init__(self) -> None:
        self._bids = _Ranks(sign=1)
        self._asks = _Ranks(sign=-1)

    def __len__(self) -> int:
        return len(self._bids.quotes) + len(self._asks.quotes)

    def __iter__(self) -> Iterator[Quote]:
        """Yield every resting quote: bids, then asks, each in the order of their priority."""
        yield from self._bids
        yield from self._asks

    def on_side(self, side: Side) -> Iterator[Quote]:
        """Yield the resting quotes of one side in the order of their priority."""
        return iter(self._ranks(side))

    def reached(self, side: Side, amount: Cents) -> Iterator[Quote]:
        """Yield the resting quotes that one on `side` at `amount` could trade with, by priority.

        The book must not change meanwhile.
        """
        for resting in self._ranks(side.opposite):
            bid, ask = (amount, resting.amount) if side is Side.BID else (resting.amount, amount)
            if bid < ask:
                return
            yield resting

    def add(self, quote: Quote) -> None:
        """Let a quote rest that reaches no other."""
        self._ranks(quote.side).add(quote)

    def remove(self, quote: Quote) -> None:
        """Take a resting quote out, wherever it stands."""
        self._ranks(quote.side).remove(quote)

    def find(self, quote: Quote) -> Quote | None:
        """Return the resting quote with this one's side, amount and arrival number."""
        return self._ranks(quote.side).find(quote)

    def best(self, side: Side) -> Quote | None:
        """Return the first quote in priority on one side."""
        return self._ranks(side).best()

    def quantity(self, side: Side, price: Cents) -> int:
        """Return how many quotes rest at one price."""
        return self._ranks(side).quantity(price)

    def levels(self, side: Side) -> tuple[PriceLevel, ...]:
        """Return one side's price levels, the best first."""
        levels: dict[Cents, int] = {}
        for quote in self._ranks(side):
            levels[quote.amount] = levels.get(quote.amount, 0) + 1
        return tuple(PriceLevel(price, quantity) for price, quantity in levels.items())

    def _ranks(self, side: Side) -> "_Ranks":
        return self._bids if side is Side.BID else self._asks


class _Ranks:
    """One side of a book: a sorted list of integers, the best at its end, where removal is cheap.

    A rank packs the amount (negated for asks) above the arrival number (counted down), so
    that comparing two integers compares price, then time.
    """

    __slots__ = ("order", "quotes", "sign")

    def __init__(self, sign: int) -> None:
        self.sign = sign
        self.order: list[int] = []
        self.quotes: dict[int, Quote] = {}

    def __iter__(self) -> Iterator[Quote]:
        return (self.quotes[rank] for rank in reversed(self.order))

    def rank(self, quote: Quote) -> int:
        assert 0 < quote.sequence <= _LAST_ARRIVAL, quote
        return (self.sign * quote.amount << _ARRIVAL_BITS) | (_LAST_ARRIVAL - quote.sequence)

    def add(self, quote: Quote) -> None:
        rank = self.rank(quote)
        assert rank not in self.quotes, f"arrival number {quote.sequence} is taken"
        self.quotes[rank] = quote
        insort(self.order, rank)

    def remove(self, quote: Quote) -> None:
        rank = self.rank(quote)
        removed = self.quotes.pop(rank)
        assert removed.id == quote.id, (removed, quote)
        if self.order[-1] == rank:
            self.order.pop()
        else:
            del self.order[bisect_left(self.order, rank)]

    def find(self, quote: Quote) -> Quote | None:
        return self.quotes.get(self.rank(quote))

    def best(self) -> Quote | None:
        return self.quotes[self.order[-1]] if self.order else None

    def quantity(self, price: Cents) -> int:
        floor = self.sign * price << _ARRIVAL_BITS
        return bisect_right(self.order, floor | _LAST_ARRIVAL) - bisect_left(self.order, floor)
