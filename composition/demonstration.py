"""A movable clock for the demo."""

from datetime import datetime, timedelta
from typing import Protocol

from ..adapters.system.clock import AdjustableClock
from ..ports.clock import Clock


class MovableClock(Clock, Protocol):
    """A clock that its owner can move forward."""

    def advance(self, by: timedelta) -> None:
        """Move the time forward."""
        ...

    def move_to(self, instant: datetime) -> None:
        """Move the time forward to an aware instant. Raises ValueError if it has passed."""
        ...


def movable_clock(start: datetime) -> MovableClock:
    """Return a clock that starts at an aware instant and runs at normal speed."""
    return AdjustableClock(start)
