"""Admission control: refuse new offers while charging is behind."""

import asyncio
from collections.abc import Collection
from datetime import timedelta

from ...ports.charge_backlog import ChargeBacklog
from ...ports.clock import Clock
from ...ports.language.errors import Overloaded

_LOOK_EVERY = 0.25
_RETRY_AFTER = 1.0


class Admission:
    """Refuses new offers so that no order waits longer than `max_backlog` to be charged.

    Orders that were opened before the first refusal are still to be charged, and are opened faster
    than charged. So it refuses once an order has waited a third as long. It caches the answer, so
    it asks the store at most four times a second.
    """

    def __init__(
        self,
        *,
        backlog: ChargeBacklog,
        clock: Clock,
        max_backlog: timedelta,
        consumers: Collection[str],
    ) -> None:
        """Create it. `consumers` are those that bring an order from its match to its charge."""
        self._backlog = backlog
        self._clock = clock
        self._refuse_after = max_backlog / 3
        self._consumers = consumers
        self._looking = asyncio.Lock()
        self._looked_at: float | None = None
        self._overloaded = False

    async def check(self) -> None:
        """Raise Overloaded if new offers are refused now. Raises Unavailable if the store fails."""
        if await self.is_overloaded():
            raise self.refusal()

    def refusal(self) -> Overloaded:
        """Return the refusal of an offer while offers are refused."""
        return Overloaded(retry_after=_RETRY_AFTER)

    async def is_overloaded(self) -> bool:
        """Return whether new offers are refused now. Raises Unavailable."""
        if self._is_stale():
            async with self._looking:
                if self._is_stale():
                    await self._look()
        return self._overloaded

    async def _look(self) -> None:
        looked_at = self._clock.elapsed()
        self._overloaded = await self._backlog.waits_since_before(
            self._clock.now() - self._refuse_after, consumers=self._consumers
        )
        self._looked_at = looked_at

    def _is_stale(self) -> bool:
        """Return whether the cached answer is stale.

        A test clock may stand still. While it does and offers are refused, the store is asked each
        time, because the backlog may have been charged.
        """
        if self._looked_at is None:
            return True
        passed = self._clock.elapsed() - self._looked_at
        stands_still = self._overloaded and not passed
        return stands_still or passed >= _LOOK_EVERY
