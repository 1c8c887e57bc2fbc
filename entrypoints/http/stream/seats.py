"""Counts of the connections to the live stream."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class NoSeat(Exception):
    """The maximum number of connections is reached."""


class Seats:
    """Counts connections by owner. A connection holds its seats until it ends."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    @property
    def count(self) -> int:
        """How many seats are taken."""
        return self._taken.total()

    @contextmanager
    def taken(self, whose: str, limit: int) -> Iterator[None]:
        """Take a seat until the block is left. Raises NoSeat."""
        if self._taken[whose] >= limit:
            raise NoSeat
        self._taken[whose] += 1
        try:
            yield
        finally:
            self._taken[whose] -= 1
            if not self._taken[whose]:
                del self._taken[whose]
