"""A seeded stream of order events for many books: most place, some cancel, a few expire."""

import random
from dataclasses import dataclass, field
from enum import Enum

from .packed_books import Order, PackedBooks

BOOKS = 3_000
_CANCELLED, _EXPIRED = 0.19, 0.03
"""The shares of events that cancel or expire a resting order. All others place an order."""
_SETTLED = 512
"""An order is cancelled or expires at least this many events later, when its caller has its id."""
_TICK = 100
_MEAN, _SPREAD, _GAP = 20_000, 5_500, 2_300
"""Amounts in cents. Bids are a gap below the mean and asks above, so half of the orders match."""


class Kind(Enum):
    """What happens to an order."""

    PLACE = "place"
    CANCEL = "cancel"
    EXPIRE = "expire"


@dataclass(frozen=True, slots=True)
class Event:
    """One event of one order."""

    kind: Kind
    order: Order


@dataclass(slots=True)
class Stream:
    """Events in sequence, and their totals."""

    events: list[Event] = field(default_factory=list)
    ends: dict[int, int] = field(default_factory=dict)
    """The event at which an order expires, by order number, for those that do."""
    placed: int = 0
    trades: int = 0


def stream_of(count: int, *, seed: int = 8) -> Stream:
    """Return `count` events, the same for the same seed. Only resting orders cancel or expire."""
    dice = random.Random(seed)
    books, resting, stream = PackedBooks(BOOKS), _Resting(), Stream()
    for position in range(count):
        chance = dice.random()
        leaving = resting.draw(dice) if chance < _CANCELLED + _EXPIRED else None
        if leaving is not None and resting.since[leaving.number] < position - _SETTLED:
            resting.leave(leaving)
            books.remove(leaving)
            if chance < _CANCELLED:
                stream.events.append(Event(Kind.CANCEL, leaving))
            else:
                stream.events.append(Event(Kind.EXPIRE, leaving))
                stream.ends[leaving.number] = position
            continue
        order = _order(stream.placed, dice)
        stream.placed += 1
        stream.events.append(Event(Kind.PLACE, order))
        met = books.place(order)
        if met is None:
            resting.enter(order, position)
        else:
            resting.leave(met)
            stream.trades += 1
    return stream


def _order(number: int, dice: random.Random) -> Order:
    is_bid = dice.random() < 0.5
    mean = _MEAN - _GAP if is_bid else _MEAN + _GAP
    price = max(_MEAN // 4, int(dice.gauss(mean, _SPREAD)) // _TICK * _TICK)
    return Order(number, is_bid, int(dice.random() * BOOKS), price)


class _Resting:
    """The resting orders, from which a random one can be drawn."""

    def __init__(self) -> None:
        self.since: dict[int, int] = {}
        """The event that placed each order, by order number."""
        self._orders: list[Order] = []
        self._places: dict[int, int] = {}

    def draw(self, dice: random.Random) -> Order | None:
        return self._orders[int(dice.random() * len(self._orders))] if self._orders else None

    def enter(self, order: Order, position: int) -> None:
        self.since[order.number] = position
        self._places[order.number] = len(self._orders)
        self._orders.append(order)

    def leave(self, order: Order) -> None:
        del self.since[order.number]
        place, last = self._places.pop(order.number), self._orders.pop()
        if last is not order:
            self._orders[place] = last
            self._places[last.number] = place
