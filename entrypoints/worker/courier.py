"""The courier: handles the messages that wait in queues."""

from collections.abc import Set

from ...ports.event_bus import EventBus
from ...ports.language.messages import NOTIFYING, Queue
from ...ports.language.process_roles import ALL_ROLES, ProcessRole


class Courier:
    """Processes the queues of its roles in the background, so that no trade waits for a mail."""

    def __init__(self, bus: EventBus, roles: Set[ProcessRole] = ALL_ROLES) -> None:
        self._bus = bus
        self.queues = tuple(queue for queue in Queue if queue.role in roles)

    async def run(self, queue: Queue) -> None:
        """Process one queue until cancelled. Raises what the store raises; it may be run again."""
        await self._bus.work(queue)

    async def deliver(self) -> int:
        """Try all due deliveries of all queues, and return how many were tried.

        Notifications are tried when nothing else is due.
        """
        others = [queue for queue in self.queues if not queue.is_of_notifications]
        tried = sum([await self._bus.work_off(queue) for queue in others])
        for queue in NOTIFYING:
            if not tried and queue in self.queues:
                tried = await self._bus.work_off(queue)
        return tried
