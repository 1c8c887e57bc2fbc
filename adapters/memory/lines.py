"""The lines of the queues, in memory."""

from collections.abc import Iterator, Sequence, Set
from datetime import datetime
from functools import partial
from itertools import islice, takewhile

from ...ports.clock import Clock
from ...ports.language.messages import Delivery, Queue
from ...ports.language.priority import Priority
from .database import MemoryAdapter, MemoryDatabase
from .tables import DeliveryKey, Place, drop_if_empty

_Turn = tuple[Queue, Priority, str]


class MemoryLines(MemoryAdapter):
    """The turns of each queue and priority, in the sequence in which they are taken."""

    def __init__(self, database: MemoryDatabase, *, clock: Clock) -> None:
        super().__init__(database)
        self._clock = clock

    def add(self, key: DeliveryKey, delivery: Delivery) -> None:
        """Add a delivery, and let its turn join the line if it is not in it."""
        turn = _turn_of(delivery)
        self._database.put(self._tables.deliveries_of_turn[turn], key, delivery)
        place = self._tables.lines[turn[:2]].get(turn[2])
        if place is None or place.due_at > max(self._clock.now(), delivery.due_at):
            self._join(turn, delivery.due_at)

    def drop(self, key: DeliveryKey, delivery: Delivery) -> None:
        """Remove a delivery, and move its turn to the end of the line with its next delivery."""
        turn = _turn_of(delivery)
        of_turn = self._tables.deliveries_of_turn[turn]
        self._database.remove(of_turn, key)
        if of_turn:
            self._join(turn, of_turn.first().due_at)
        else:
            self._database.remove(self._tables.lines[turn[:2]], turn[2])
            self._database.announce(partial(drop_if_empty, self._tables.deliveries_of_turn, turn))

    def are_empty(self, queue: Queue) -> bool:
        """Whether nothing waits in a queue, whether due or not."""
        return not any(self._tables.lines[queue, priority] for priority in Priority)

    def first_in(
        self, queue: Queue, priority: Priority, now: datetime, limit: int
    ) -> Sequence[Delivery]:
        """Return the first delivery of each of the first turns. Call it within `reading`."""
        waiting = self._tables.deliveries_of_turn
        due = islice(self._due(queue, priority, now), limit)
        return [waiting[queue, priority, turn].first() for turn in due]

    def free(
        self, queue: Queue, priority: Priority, now: datetime, limit: int, taken: Set[str]
    ) -> Sequence[Delivery]:
        """Return the first delivery of each of the first turns that are not taken."""
        waiting = self._tables.deliveries_of_turn
        free = (turn for turn in self._due(queue, priority, now) if turn not in taken)
        return [waiting[queue, priority, turn].first() for turn in islice(free, limit)]

    def _due(self, queue: Queue, priority: Priority, now: datetime) -> Iterator[str]:
        line = self._tables.lines[queue, priority].in_order()
        return (turn for turn, _ in takewhile(lambda stands: stands[1].due_at <= now, line))

    def _join(self, turn: _Turn, due_at: datetime) -> None:
        place = Place(max(self._clock.now(), due_at), next(self._tables.places))
        self._database.put(self._tables.lines[turn[:2]], turn[2], place)


def _turn_of(delivery: Delivery) -> _Turn:
    """Return the turn of a delivery; a delivery without one gets a unique turn."""
    return delivery.queue, delivery.priority, delivery.turn_in_line
