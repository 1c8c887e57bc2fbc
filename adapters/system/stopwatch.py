"""A stopwatch of the operating system."""

import asyncio
import time

from ...ports.stopwatch import Stopwatch


class SystemStopwatch(Stopwatch):
    """Counts also the time during which the machine was suspended, where the system tells it."""

    def __init__(self) -> None:
        self._clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

    def elapsed(self) -> float:
        return time.clock_gettime(self._clock)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
