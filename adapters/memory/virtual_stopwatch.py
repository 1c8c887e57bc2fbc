"""A stopwatch that runs with a virtual clock."""

from ...ports.stopwatch import Stopwatch
from .virtual_clock import VirtualClock


class VirtualStopwatch(Stopwatch):
    """Time elapses when somebody advances the clock."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock

    def elapsed(self) -> float:
        return self._clock.elapsed()

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
