"""The port to time."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits, so that a test or a simulation can own both."""

    def now(self) -> datetime:
        """Return this instant, aware and in UTC. It never goes backwards."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return once `seconds` have passed on this clock."""
        ...
