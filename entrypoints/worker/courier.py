"""The courier: brings the messages that wait in the queue to consumers that are slow."""

from ...ports.clock import Clock
from ...ports.event_bus import EventBus

_INTERVAL = 1.0
"""Seconds between two looks into an empty queue."""


class Courier:
    """Works the queue off beside everything else, so that no trade waits for a mail."""

    def __init__(self, bus: EventBus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock

    async def run(self) -> None:
        """Deliver until cancelled. Raises what the store raises; it may be run again."""
        while True:
            while await self.deliver():
                pass
            await self._clock.sleep(_INTERVAL)

    async def deliver(self) -> int:
        """Try a bounded part of what is due; return how much, so 0 when nothing is left."""
        return await self._bus.work_off()
