"""What only a demonstration needs: a clock that somebody moves."""

from datetime import datetime, timedelta
from typing import Protocol

from ..adapters.system.clock import AdjustableClock
from ..ports.clock import Clock


class MovableClock(Clock, Protocol):
    """A clock that its owner moves forward."""

    def advance(self, by: timedelta) -> None:
        """Move the time on."""
        ...

    def move_to(self, instant: datetime) -> None:
        """Move the time on to an aware instant that has not passed yet. Raises ValueError."""
        ...


def movable_clock(start: datetime) -> MovableClock:
    """Return a clock that starts at an aware instant and runs as fast as the machine's."""
    return AdjustableClock(start)
