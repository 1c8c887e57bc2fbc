"""A stopwatch that runs with a virtual clock."""

from datetime import UTC, datetime

from ...ports.stopwatch import Stopwatch
from .virtual_clock import VirtualClock

_ORIGIN = datetime(2000, 1, 1, tzinfo=UTC)


class VirtualStopwatch(Stopwatch):
    """Time elapses when somebody advances the clock."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock

    def elapsed(self) -> float:
        return (self._clock.now() - _ORIGIN).total_seconds()

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
