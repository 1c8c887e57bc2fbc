"""View the backlog of the background workers."""

from dataclasses import dataclass
from datetime import datetime

from ...ports.clock import Clock
from ...ports.event_bus import Deliveries
from ...ports.language.deadlines import Deadline
from ...ports.language.ids import MessageId
from ...ports.language.messages import NOTIFYING, BrokerBacklog, Queue
from ...ports.message_broker import WatchedBroker
from ...ports.outbox import Deadlines, Outbox


@dataclass(frozen=True, slots=True)
class ViewBacklog:
    """Checks for passed deadlines, messages that wait and letters that wait for the courier."""

    outbox: Outbox
    deliveries: Deliveries
    deadlines: Deadlines
    broker: WatchedBroker
    clock: Clock

    async def has_messages(self) -> bool:
        """Return whether the outbox has unsent messages. Raises Unavailable."""
        return bool(await self.outbox.unsent(1))

    async def unhandled_since(self) -> datetime:
        """Return since when messages may still be delivered, for the first time or again.

        After a long downtime, a message that a consumer already handled may be delivered again,
        because it was not marked as sent or its delivery was not deleted. Raises Unavailable.
        """
        now = self.clock.now()
        oldest = [now, *(message.occurred_at for message in await self.outbox.unsent(1))]
        delivered = await self.deliveries.oldest()
        return min(oldest) if delivered is None else min(*oldest, delivered)

    async def next_deadline(self) -> Deadline | None:
        """Return a deadline that has passed but is no message yet, or None. Raises Unavailable."""
        due = await self.deadlines.due(self.clock.now(), limit=1)
        return due[0] if due else None

    async def next_message(self) -> MessageId | BrokerBacklog | None:
        """Return a message that waits for the relay or is due in a queue of trades, or None.

        What a broker has is returned as its backlog. Letters do not count. Raises Unavailable.
        """
        before = await self.broker.backlog()
        if before.waiting:
            return before
        # A message goes from the outbox through the broker to deliveries, which may add to the
        # outbox. So none was missed if the broker got nothing meanwhile.
        if waiting := await self._unsent() or await self._due() or await self._unsent():
            return waiting
        after = await self.broker.backlog()
        return None if after == before else after

    async def _unsent(self) -> MessageId | None:
        unsent = await self.outbox.unsent(1)
        return unsent[0].id if unsent else None

    async def _due(self) -> MessageId | None:
        for queue in set(Queue) - set(NOTIFYING):
            if due := await self.deliveries.first_in(queue, self.clock.now(), limit=1):
                return due[0].id
        return None

    async def has_letters(self) -> bool:
        """Return whether letters are due but not written yet. Raises Unavailable."""
        now = self.clock.now()
        return any([await self.deliveries.first_in(queue, now, limit=1) for queue in NOTIFYING])
