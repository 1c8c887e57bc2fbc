"""View the backlog of the background workers."""

from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.event_bus import Deliveries
from ...ports.language.messages import Queue
from ...ports.outbox import Outbox


@dataclass(frozen=True, slots=True)
class ViewBacklog:
    """Checks for messages that wait for the relay and letters that wait for the courier."""

    outbox: Outbox
    deliveries: Deliveries
    clock: Clock

    async def has_messages(self) -> bool:
        """Return whether the outbox has unsent messages. Raises Unavailable."""
        return bool(await self.outbox.unsent(1))

    async def has_letters(self) -> bool:
        """Return whether letters are due but not written yet. Raises Unavailable."""
        return bool(await self.deliveries.first_in(Queue.LETTERS, self.clock.now(), limit=1))
