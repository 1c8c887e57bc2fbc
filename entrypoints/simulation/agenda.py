"""The planned actions of a simulated market, in order of time."""

import heapq
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from itertools import count

from ...composition.embedded import VirtualClock
from ...ports.language.errors import Refusal

Action = Callable[[], Awaitable[None]]
Progress = Callable[[timedelta], None]
"""Is told after each step how much time has passed."""

_LONGEST_STEP = timedelta(hours=1)
"""The longest time between two checks of deadlines."""


def unseen(_: timedelta) -> None:
    """Show no progress."""


class Agenda:
    """Plans actions and runs them as the clock advances.

    The exchange may refuse an action. `refusals` counts refusals by name.
    """

    def __init__(self, clock: VirtualClock) -> None:
        self.refusals: Counter[str] = Counter()
        self._clock = clock
        self._planned: list[tuple[datetime, int, Action]] = []
        self._order = count()

    def plan(self, after: timedelta, action: Action) -> None:
        """Plan an action. Actions that are due at the same time run in the order of planning."""
        entry = (self._clock.now() + after, next(self._order), action)
        heapq.heappush(self._planned, entry)

    async def run(
        self, duration: timedelta, *, settle: Action, progress: Progress = unseen
    ) -> None:
        """Advance the clock and run what is due. `settle` runs after each step."""
        start = self._clock.now()
        end = start + duration
        while (now := self._clock.now()) < end:
            step = min(end, now + _LONGEST_STEP)
            if self._planned:
                step = min(step, self._planned[0][0])
            await self._clock.advance(step - now)
            if self._planned and self._planned[0][0] <= step:
                await self._attempt(heapq.heappop(self._planned)[2])
            await settle()
            progress(step - start)

    async def _attempt(self, action: Action) -> None:
        try:
            await action()
        except Refusal as refusal:
            self.refusals[type(refusal).__name__] += 1
