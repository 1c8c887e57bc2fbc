"""Messages that wait for a consumer, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ...ports.event_bus import DeadLetters, Deliveries
from ...ports.language.errors import NotFound
from ...ports.language.ids import MessageId
from ...ports.language.messages import Delivery
from ...ports.language.paging import Page, PageRequest
from .database import MemoryAdapter
from .paging import newest_first


class MemoryDeliveries(MemoryAdapter, Deliveries):
    """Deliveries by consumer and message; the dead are kept in the same table."""

    async def put(self, delivery: Delivery) -> None:
        await self._database.writing()
        key = (delivery.consumer, delivery.message.id)
        self._database.put(self._tables.deliveries, key, delivery)

    async def remove(self, consumer: str, message_id: MessageId) -> None:
        await self._database.writing()
        if (consumer, message_id) in self._tables.deliveries:
            self._database.remove(self._tables.deliveries, (consumer, message_id))

    async def due(self, now: datetime, limit: int, *, queued: bool) -> Sequence[Delivery]:
        with await self._database.reading():
            deliveries = self._tables.deliveries.values()
            live = [d for d in deliveries if not d.dead and d.queued is queued]
        due = [delivery for delivery in live if delivery.due_at <= now]
        due.sort(key=lambda delivery: (delivery.due_at, delivery.id))
        return due[:limit]


class MemoryDeadLetters(MemoryAdapter, DeadLetters):
    """The dead among the deliveries."""

    async def page(self, request: PageRequest) -> Page[Delivery]:
        with await self._database.reading():
            dead = {d.id: d for d in self._tables.deliveries.values() if d.dead}
        return newest_first(dead, dead, request)

    async def replay(self, delivery_id: MessageId, at: datetime) -> None:
        async with self._database():
            await self._database.writing()
            deliveries = self._tables.deliveries
            key = next((k for k, d in deliveries.items() if d.dead and d.id == delivery_id), None)
            if key is None:
                raise NotFound(what="dead delivery", id=delivery_id)
            again = replace(deliveries[key], attempts=0, due_at=at, dead=False)
            self._database.put(deliveries, key, again)
