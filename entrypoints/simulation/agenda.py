"""What is going to happen in a simulated market, in order of time."""

import heapq
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from itertools import count

from ...composition.embedded import VirtualClock
from ...ports.language.errors import Refusal

Action = Callable[[], Awaitable[None]]

_LONGEST_STEP = timedelta(hours=1)
"""Deadlines are seen to at least as often as this."""


class Agenda:
    """Plans what people do, and lets the time pass in which they do it.

    An exchange may refuse what somebody tries; `refusals` counts that by the refusal's name.
    """

    def __init__(self, clock: VirtualClock) -> None:
        self.refusals: Counter[str] = Counter()
        self._clock = clock
        self._planned: list[tuple[datetime, int, Action]] = []
        self._order = count()

    def plan(self, after: timedelta, action: Action) -> None:
        """Have something done some time from now; what is due together keeps its order."""
        entry = (self._clock.now() + after, next(self._order), action)
        heapq.heappush(self._planned, entry)

    async def run(self, duration: timedelta, *, settle: Action) -> None:
        """Let the time pass; after each action, `settle` does what follows from it."""
        end = self._clock.now() + duration
        while (now := self._clock.now()) < end:
            step = min(end, now + _LONGEST_STEP)
            if self._planned:
                step = min(step, self._planned[0][0])
            await self._clock.advance(step - now)
            if self._planned and self._planned[0][0] <= step:
                await self._attempt(heapq.heappop(self._planned)[2])
            await settle()

    async def _attempt(self, action: Action) -> None:
        try:
            await action()
        except Refusal as refusal:
            self.refusals[type(refusal).__name__] += 1
