"""The deliveries of one queue that this process has claimed."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from ...ports.clock import Clock
from ...ports.event_bus import Deliveries
from ...ports.language.messages import Claim, Delivery, Queue
from ...ports.outbox import Inbox
from ...ports.transaction import Transaction
from .queue_workers import Claims


class ClaimedQueue(Claims):
    """Claims the deliveries of a queue, and removes those that are finished.

    A delivery whose claim another process has taken over is left to that process.
    """

    def __init__(
        self,
        queue: Queue,
        claim: Claim,
        *,
        transaction: Transaction,
        inbox: Inbox,
        deliveries: Deliveries,
        clock: Clock,
        is_noted: Callable[[Delivery], bool],
    ) -> None:
        """Create it. `is_noted`: whether the inbox records a delivery when it is finished."""
        self.life = claim.life
        self._queue = queue
        self._claim = claim
        self._transaction = transaction
        self._inbox = inbox
        self._deliveries = deliveries
        self._clock = clock
        self._is_noted = is_noted

    async def take(
        self,
        done: Sequence[Delivery],
        limit: int,
        *,
        but: Collection[str],
        overdue_since: datetime | None,
    ) -> Sequence[Delivery]:
        if not done:
            return await self._take(limit, but, overdue_since)
        async with self._transaction():
            await self._remove(done)
            return await self._take(limit, but, overdue_since)

    async def _take(
        self, limit: int, but: Collection[str], overdue_since: datetime | None
    ) -> Sequence[Delivery]:
        return await self._deliveries.claim(
            self._queue,
            self._claim,
            self._clock.now(),
            limit,
            but=but,
            overdue_since=overdue_since,
        )

    async def renew(self, deliveries: Sequence[Delivery]) -> None:
        async with self._transaction():
            await self._deliveries.renew(deliveries, self._claim)

    async def give_back(self, done: Sequence[Delivery]) -> None:
        async with self._transaction():
            if done:
                await self._remove(done)
            await self._deliveries.release(self._queue, self._claim.holder)

    async def _remove(self, done: Sequence[Delivery]) -> None:
        """Remove deliveries, with the inbox records of those that were handled outside."""
        held = await self._deliveries.held(done, self._claim.holder)
        noting = [(d.consumer, d.message.id) for d in held if self._is_noted(d)]
        if noting:
            noted = await self._inbox.notes_of({message_id for _, message_id in noting})
            fresh = [note for note in noting if note not in noted]
            await self._inbox.note(fresh, self._clock.now())
        await self._deliveries.remove(held)
