"""The port to time."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits. Tests and simulations can control it."""

    def now(self) -> datetime:
        """Return the current time, aware and in UTC. It never goes backwards."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return when `seconds` have passed on this clock."""
        ...
