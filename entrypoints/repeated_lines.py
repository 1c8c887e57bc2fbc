"""Log lines that repeat: some of them are logged, and then a count."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from time import monotonic

_FREE = 10
"""How many lines of one place are logged in each while."""
_WHILE = 10.0
"""Seconds."""
_MOST_PLACES = 1_000


@dataclass(slots=True)
class _Place:
    since: float
    logged: int = 0
    left_out: int = 0


class RepeatedLines(logging.Filter):
    """Lets ten lines pass of each place in the code, every ten seconds.

    The next one that passes tells how many were left out. What causes the lines, such as a client
    that sends garbage, can otherwise fill the disk.

    Lines of `but` pass: whoever logs them counts them.
    """

    def __init__(self, *, but: Collection[str] = ()) -> None:
        """Create it; `but` are names of loggers."""
        super().__init__()
        self._but = but
        self._places: dict[tuple[str, int], _Place] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether to log a line."""
        if record.name in self._but:
            return True
        now = monotonic()
        name = record.pathname, record.lineno
        place = self._places.get(name)
        left_out = 0
        if place is None or now - place.since >= _WHILE:
            left_out = place.left_out if place is not None else 0
            if len(self._places) >= _MOST_PLACES:
                self._places.clear()
            place = self._places[name] = _Place(now)
        if place.logged >= _FREE:
            place.left_out += 1
            return False
        place.logged += 1
        if left_out:
            record.msg = f"{record.getMessage()} (and {left_out} more such lines before)"
            record.args = ()
        return True
