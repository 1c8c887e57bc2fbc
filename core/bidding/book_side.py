"""One side of an order book."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime

from ...ports.language.market import PriceLevel, Quote, Side
from ...ports.language.money import Cents

_ARRIVAL_BITS = 48
_LAST_ARRIVAL = (1 << _ARRIVAL_BITS) - 1


class BookSide:
    """The resting bids, or asks, of a book in the order of their priority.

    Each quote has a rank: its amount (negated for asks) above its sequence number (counted down).
    So comparing two integers compares price, then time. The ranks are sorted, and the quotes lie
    beside them. The best is at the end, where removal is cheap.
    """

    __slots__ = ("_quotes", "_ranks", "_sign", "changed")

    def __init__(self, side: Side) -> None:
        self._sign = 1 if side is Side.BID else -1
        self._ranks: list[int] = []
        self._quotes: list[Quote] = []
        self.changed: dict[Cents, None] = {}
        """The prices of the levels that changed, until it is emptied."""

    def __len__(self) -> int:
        return len(self._quotes)

    def __iter__(self) -> Iterator[Quote]:
        """Yield the quotes, the best first. The book must not change meanwhile."""
        return reversed(self._quotes)

    def best(self) -> Quote | None:
        """Return the first quote in priority."""
        return self._quotes[-1] if self._quotes else None

    def best_within(self, amount: Cents) -> Quote | None:
        """Return the first quote in priority if one at `amount` on the other side reaches it."""
        ranks = self._ranks
        if ranks and ranks[-1] >= self._sign * amount << _ARRIVAL_BITS:
            return self._quotes[-1]
        return None

    def is_clear(self, amount: Cents, now: datetime) -> bool:
        """Whether a quote at `amount` on the other side reaches nothing, and the best still lives.

        It is so for most quotes that come to a book.
        """
        ranks = self._ranks
        return not ranks or (
            ranks[-1] < self._sign * amount << _ARRIVAL_BITS and self._quotes[-1].expires_at > now
        )

    def within(self, amount: Cents) -> Iterator[Quote]:
        """Yield what a quote at `amount` on the other side reaches, the best first.

        The book must not change meanwhile.
        """
        floor = self._sign * amount << _ARRIVAL_BITS
        for rank, quote in zip(reversed(self._ranks), reversed(self._quotes), strict=True):
            if rank < floor:
                return
            yield quote

    def fill(self, quotes: Iterable[Quote]) -> None:
        """Let quotes rest in an empty side that is told of as they leave it."""
        assert not self._quotes, "the side is not empty"
        ranked = sorted((self._rank(quote), quote) for quote in quotes)
        self._ranks = [rank for rank, _ in ranked]
        self._quotes = [quote for _, quote in ranked]

    def add(self, quote: Quote) -> None:
        """Let a quote rest."""
        ranks, rank = self._ranks, self._rank(quote)
        place = bisect_left(ranks, rank)
        taken = place < len(ranks) and ranks[place] == rank
        assert not taken, f"sequence number {quote.sequence} is taken"
        self.changed[quote.amount] = None
        ranks.insert(place, rank)
        self._quotes.insert(place, quote)

    def remove(self, quote: Quote) -> None:
        """Take a resting quote out, wherever it stands."""
        place = self._place(quote)
        if place is None:
            raise KeyError(quote)
        assert self._quotes[place].id == quote.id, (self._quotes[place], quote)
        self.changed[quote.amount] = None
        del self._ranks[place], self._quotes[place]

    def find(self, quote: Quote) -> Quote | None:
        """Return the resting quote with this one's amount and sequence number."""
        place = self._place(quote)
        return None if place is None else self._quotes[place]

    def quantity(self, price: Cents) -> int:
        """Return how many quotes rest at one price."""
        floor = self._sign * price << _ARRIVAL_BITS
        return bisect_right(self._ranks, floor | _LAST_ARRIVAL) - bisect_left(self._ranks, floor)

    def levels(self) -> tuple[PriceLevel, ...]:
        """Return the price levels, the best first."""
        levels: dict[Cents, int] = {}
        for quote in self:
            levels[quote.amount] = levels.get(quote.amount, 0) + 1
        return tuple(PriceLevel(price, quantity) for price, quantity in levels.items())

    def _rank(self, quote: Quote) -> int:
        assert 0 < quote.sequence <= _LAST_ARRIVAL, quote
        return (self._sign * quote.amount << _ARRIVAL_BITS) | (_LAST_ARRIVAL - quote.sequence)

    def _place(self, quote: Quote) -> int | None:
        ranks, rank = self._ranks, self._rank(quote)
        place = bisect_left(ranks, rank)
        return place if place < len(ranks) and ranks[place] == rank else None
