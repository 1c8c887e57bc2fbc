"""The port to time."""

from datetime import datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits. Tests and simulations can control it."""

    def now(self) -> datetime:
        """Return the current time, aware and in UTC. It never goes backwards."""
        ...

    def elapsed(self) -> float:
        """Return the seconds since some fixed instant, for durations.

        Unlike differences of instants, they are right also while this clock is set, or runs slower
        or faster, because the machine's was wrong. Only who moves a clock on purpose moves this.
        """
        ...

    async def sleep(self, seconds: float) -> None:
        """Return when `seconds` have passed on this clock."""
        ...


class MovableClock(Clock, Protocol):
    """A clock that is ahead of, or behind, real time, and can be moved forward."""

    @property
    def ahead(self) -> timedelta:
        """How far it is ahead of real time; negative if it is behind."""
        ...

    def advance(self, by: timedelta) -> None:
        """Move it forward. Raises ValueError for a negative step."""
        ...

    def move_to(self, instant: datetime) -> None:
        """Move it forward to an aware instant. Raises ValueError if that has passed."""
        ...
