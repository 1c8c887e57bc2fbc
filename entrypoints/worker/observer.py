"""The observer: reads at intervals what Prometheus is to know."""

import asyncio

from ...composition.application import Application
from ...composition.health import view_health_of
from ...ports.language.errors import Unavailable

_INTERVAL = 10.0
"""Seconds between two observations. Scrapes read the latest, so they cost the store nothing."""


class Observer:
    """Notes what waits in the store, and whether everything answers that the process depends on.

    Every process does, so that the others are watched while one is away.
    """

    def __init__(self, application: Application) -> None:
        self._measurements = application.adapters.measurements
        self._view = application.operations.view_waiting_work
        self._health = view_health_of(application)
        self._real_clock = application.adapters.real_clock

    async def run(self) -> None:
        """Observe until cancelled."""
        while True:
            await self.observe()
            await asyncio.sleep(_INTERVAL)

    async def observe(self) -> None:
        """Observe once. What cannot be read stays as it was, and its time tells its age."""
        health = await self._health()
        self._measurements.dependencies({name: one.is_well for name, one in health.items()})
        try:
            async with asyncio.timeout(_INTERVAL):
                waiting, now = await self._view()
        except (Unavailable, TimeoutError):
            return
        self._measurements.waiting(waiting, now=now, real_now=self._real_clock.now())
