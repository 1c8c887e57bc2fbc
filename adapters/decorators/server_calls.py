"""What became of the calls of servers, for measurements."""

from bisect import bisect_left
from collections.abc import Collection
from typing import Final
from weakref import WeakSet

BOUNDS: Final = (0.001, 0.005, 0.02, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds in seconds, by which the time of calls is counted."""


class ServerCalls:
    """Counts calls of one server. A process has few of these, and each name is in the code."""

    __slots__ = (
        "__weakref__",
        "answered",
        "by_time",
        "refused",
        "seconds",
        "server",
        "unavailable",
    )

    def __init__(self, server: str) -> None:
        self.server = server
        self.answered = 0
        """Also with an error that is not the server's."""
        self.unavailable = 0
        self.refused = 0
        """Not made, because a breaker was open."""
        self.seconds = 0.0
        """The time of all calls that were made."""
        self.by_time = [0] * (len(BOUNDS) + 1)
        """How many of them took up to each of `BOUNDS` and no less, and how many took longer."""
        _all.add(self)

    def note(self, seconds: float, *, answered: bool) -> None:
        """Count a call that was made."""
        if answered:
            self.answered += 1
        else:
            self.unavailable += 1
        self.seconds += seconds
        self.by_time[bisect_left(BOUNDS, seconds)] += 1


_all: "WeakSet[ServerCalls]" = WeakSet()


def server_calls() -> Collection[ServerCalls]:
    """Return what was counted of all servers in this process."""
    return [*_all]
