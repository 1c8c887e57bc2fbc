"""One side of an order book."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime

from ...ports.language.invariants import InvariantBroken
from ...ports.language.market import PriceLevel, Quote, Side
from ...ports.language.money import Cents

_ARRIVAL_BITS = 48
_LAST_ARRIVAL = (1 << _ARRIVAL_BITS) - 1


class BookSide:
    """The resting bids, or asks, of a book in price-time priority.

    Each quote has an integer rank: its amount (negated for asks) in the high bits, its sequence
    number (counted down) in the low ones. So comparing ranks compares price, then time. `_ranks` is
    sorted, and `_quotes` is in the same order. The best quote is last, where removal is cheap.
    """

    __slots__ = ("_quotes", "_ranks", "_sign", "changed")

    def __init__(self, side: Side) -> None:
        self._sign = 1 if side is Side.BID else -1
        self._ranks: list[int] = []
        self._quotes: list[Quote] = []
        self.changed: dict[Cents, None] = {}
        """The prices of the changed levels, in order, until the owner resets it."""

    def __len__(self) -> int:
        return len(self._quotes)

    def __iter__(self) -> Iterator[Quote]:
        """Yield the quotes, best first. The book must not change during the iteration."""
        return reversed(self._quotes)

    def best(self) -> Quote | None:
        """Return the best quote, or None."""
        return self._quotes[-1] if self._quotes else None

    def best_within(self, amount: Cents) -> Quote | None:
        """Return the best quote if a quote at `amount` on the other side reaches it, or None."""
        ranks = self._ranks
        if ranks and ranks[-1] >= self._sign * amount << _ARRIVAL_BITS:
            return self._quotes[-1]
        return None

    def is_clear(self, amount: Cents, now: datetime) -> bool:
        """Return whether a quote at `amount` on the other side reaches nothing, and nothing is due.

        Also checks that the best quote has not expired. True for most incoming quotes.
        """
        ranks = self._ranks
        return not ranks or (
            ranks[-1] < self._sign * amount << _ARRIVAL_BITS and self._quotes[-1].expires_at > now
        )

    def within(self, amount: Cents) -> Iterator[Quote]:
        """Yield the quotes that a quote at `amount` on the other side reaches, best first.

        The book must not change during the iteration.
        """
        floor = self._sign * amount << _ARRIVAL_BITS
        for rank, quote in zip(reversed(self._ranks), reversed(self._quotes), strict=True):
            if rank < floor:
                return
            yield quote

    def fill(self, quotes: Iterable[Quote]) -> None:
        """Fill an empty side with stored quotes, which do not count as changed levels."""
        assert not self._quotes, "the side is not empty"
        ranked = sorted((self._rank(quote), quote) for quote in quotes)
        self._ranks = [rank for rank, _ in ranked]
        self._quotes = [quote for _, quote in ranked]

    def add(self, quote: Quote) -> None:
        """Add a quote."""
        ranks, rank = self._ranks, self._rank(quote)
        place = bisect_left(ranks, rank)
        if place < len(ranks) and ranks[place] == rank:
            raise InvariantBroken(f"sequence number {quote.sequence} is taken")
        self.changed[quote.amount] = None
        ranks.insert(place, rank)
        self._quotes.insert(place, quote)

    def remove(self, quote: Quote) -> None:
        """Remove a resting quote from any place in the queue."""
        place = self._place(quote)
        if place is None:
            raise KeyError(quote)
        if self._quotes[place].id != quote.id:
            raise InvariantBroken((self._quotes[place], quote))
        self.changed[quote.amount] = None
        del self._ranks[place], self._quotes[place]

    def find(self, quote: Quote) -> Quote | None:
        """Return the resting quote with the same amount and sequence number, or None."""
        place = self._place(quote)
        return None if place is None else self._quotes[place]

    def quantity(self, price: Cents) -> int:
        """Return how many quotes rest at one price."""
        floor = self._sign * price << _ARRIVAL_BITS
        return bisect_right(self._ranks, floor | _LAST_ARRIVAL) - bisect_left(self._ranks, floor)

    def levels(self) -> tuple[PriceLevel, ...]:
        """Return the price levels, best first."""
        levels: dict[Cents, int] = {}
        for quote in self:
            levels[quote.amount] = levels.get(quote.amount, 0) + 1
        return tuple(PriceLevel(price, quantity) for price, quantity in levels.items())

    def _rank(self, quote: Quote) -> int:
        if not 0 < quote.sequence <= _LAST_ARRIVAL:
            raise InvariantBroken(quote)
        return (self._sign * quote.amount << _ARRIVAL_BITS) | (_LAST_ARRIVAL - quote.sequence)

    def _place(self, quote: Quote) -> int | None:
        ranks, rank = self._ranks, self._rank(quote)
        place = bisect_left(ranks, rank)
        return place if place < len(ranks) and ranks[place] == rank else None
