"""A clock that moves only when a test moves it."""

import asyncio
import heapq
from datetime import UTC, datetime, timedelta
from itertools import count

from ...ports.clock import Clock

_TURNS = 10
"""How many turns other tasks get before the clock moves on."""


class VirtualClock(Clock):
    """Time for tests and simulations: `advance` moves it, and sleepers wake in order on the way."""

    def __init__(self, start: datetime) -> None:
        assert start.tzinfo is not None, "times are aware"
        self._start = self._now = start.astimezone(UTC)
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._order = count()

    def now(self) -> datetime:
        return self._now

    def elapsed(self) -> float:
        return (self._now - self._start).total_seconds()

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        wake: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        wake_at = self._now + timedelta(seconds=seconds)
        heapq.heappush(self._sleepers, (wake_at, next(self._order), wake))
        await wake

    async def advance(self, by: timedelta) -> None:
        """Move the time on. Stop at each sleeper's instant, so that it wakes at the right time.

        Before each stop and at the end, other tasks get a few turns of the event loop. That is
        enough for work in memory.
        """
        assert by >= timedelta(0), "time never goes backwards"
        end = self._now + by
        await _let_others_run()
        while self._sleepers and self._sleepers[0][0] <= end:
            wake_at, _, wake = heapq.heappop(self._sleepers)
            if wake.done():
                continue
            self._now = max(self._now, wake_at)
            wake.set_result(None)
            await _let_others_run()
        self._now = max(self._now, end)
        await _let_others_run()


async def _let_others_run() -> None:
    for _ in range(_TURNS):
        await asyncio.sleep(0)
