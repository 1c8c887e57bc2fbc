"""What is still to be done behind the requests."""

from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.event_bus import Deliveries, Queue
from ...ports.outbox import Outbox


@dataclass(frozen=True, slots=True)
class ViewBacklog:
    """Messages wait in the outbox for the relay, and letters in their queue for the courier."""

    outbox: Outbox
    deliveries: Deliveries
    clock: Clock

    async def has_messages(self) -> bool:
        """Return whether the relay has not sent everything. Raises Unavailable."""
        return bool(await self.outbox.unsent(1))

    async def has_letters(self) -> bool:
        """Return whether letters that are due are not written yet. Raises Unavailable."""
        return bool(await self.deliveries.first_in(Queue.LETTERS, self.clock.now(), limit=1))
