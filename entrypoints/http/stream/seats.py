"""How many connections to the live stream there are, and whose."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class NoSeat(Exception):
    """As many connections as are allowed are there already."""


class Seats:
    """Counts connections by whose they are; each holds its seats as long as it lives."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

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
