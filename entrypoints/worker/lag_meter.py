"""The meter of lag: how late the event loop is."""

import asyncio

from ...ports.measurements import Measurements

_INTERVAL = 0.5
"""Seconds from one look to the next."""


class LagMeter:
    """Sleeps again and again, and notes how much later than planned it wakes.

    Whatever keeps the event loop busy, or the processor, makes every request wait as long.
    """

    def __init__(self, measurements: Measurements) -> None:
        self._measurements = measurements

    async def run(self) -> None:
        """Measure until cancelled."""
        now = asyncio.get_running_loop().time
        while True:
            due = now() + _INTERVAL
            await asyncio.sleep(_INTERVAL)
            self._measurements.event_loop_lagged(max(0.0, now() - due))
