"""The courier: brings the messages that wait in queues to consumers that are slow."""

from ...ports.event_bus import EventBus
from ...ports.language.messages import Queue

QUEUES: tuple[Queue | None, ...] = (None, *Queue)
"""What is worked off apart: what failed and is in no queue, and each of the queues."""


class Courier:
    """Works the queues off beside everything else, so that no trade waits for a mail."""

    def __init__(self, bus: EventBus) -> None:
        self._bus = bus

    async def run(self, queue: Queue | None) -> None:
        """Work one queue off until cancelled. Raises what the store raises; it may run again."""
        await self._bus.work(queue)

    async def deliver(self) -> int:
        """Try all that is due in any queue; return how much, so 0 when nothing is left.

        Letters are tried once nothing else is due.
        """
        others = [queue for queue in QUEUES if queue is not Queue.LETTERS]
        tried = sum([await self._bus.work_off(queue) for queue in others])
        return tried or await self._bus.work_off(Queue.LETTERS)
