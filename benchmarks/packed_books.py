"""The baseline for the shard: order books that only match, as fast as plain Python can."""

from bisect import bisect_left, insort
from dataclasses import dataclass

_ARRIVAL_BITS = 32
_LAST_ARRIVAL = (1 << _ARRIVAL_BITS) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """A bid or an ask, at a price in cents. `number` counts all orders by arrival."""

    number: int
    is_bid: bool
    book: int
    price: int

    @property
    def rank(self) -> int:
        """The sort key in its list: by price, then by arrival."""
        price = self.price if self.is_bid else -self.price
        return price << _ARRIVAL_BITS | _LAST_ARRIVAL - self.number


class PackedBooks:
    """Two sorted lists of integers per book, best last, with price and arrival packed together.

    They have no owners, expiries, ids or records, publish nothing and commit nothing.
    """

    def __init__(self, books: int) -> None:
        self._bids: list[list[int]] = [[] for _ in range(books)]
        self._asks: list[list[int]] = [[] for _ in range(books)]
        self._orders: dict[int, Order] = {}

    def place(self, order: Order) -> Order | None:
        """Return the resting order that this one trades with. If there is none, let it rest."""
        bids, asks = self._bids[order.book], self._asks[order.book]
        own, others = (bids, asks) if order.is_bid else (asks, bids)
        if others:
            best = others[-1]
            price = best >> _ARRIVAL_BITS
            if -price <= order.price if order.is_bid else price >= order.price:
                others.pop()
                return self._orders.pop(_LAST_ARRIVAL - (best & _LAST_ARRIVAL))
        self._orders[order.number] = order
        insort(own, order.rank)
        return None

    def remove(self, order: Order) -> None:
        """Remove a resting order from its book."""
        del self._orders[order.number]
        own = (self._bids if order.is_bid else self._asks)[order.book]
        del own[bisect_left(own, order.rank)]
