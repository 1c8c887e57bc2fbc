"""How many requests are logged, so that a flood of them cannot fill the disk."""

from collections import Counter
from collections.abc import Callable
from time import monotonic

_WHILE = 10.0
"""Seconds."""
_REFUSED_OF_ONE = 20
_REFUSED = 1_000
_ANSWERED = 20_000
"""How many lines there are in each while."""


class RequestLines:
    """Says whether to log a request, and counts those that are not.

    Refused requests of one address and of all are logged up to a number in ten seconds; what is
    answered is bounded by rate limits, and by a larger number.
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._since = now()
        self._answered = 0
        self._refused = 0
        self._refused_of: Counter[str] = Counter()
        self._left_out = 0

    def may_log(self, address: str, *, has_failed: bool) -> bool:
        """Return whether to log a request of an address."""
        now = self._now()
        if now - self._since >= _WHILE:
            self._since = now
            self._answered = self._refused = 0
            self._refused_of.clear()
        if not has_failed:
            self._answered += 1
            may = self._answered <= _ANSWERED
        elif self._refused >= _REFUSED or self._refused_of[address] >= _REFUSED_OF_ONE:
            may = False
        else:
            self._refused += 1
            self._refused_of[address] += 1
            may = True
        self._left_out += not may
        return may

    def take_left_out(self) -> int:
        """Return how many requests were not logged since this was asked."""
        count, self._left_out = self._left_out, 0
        return count
