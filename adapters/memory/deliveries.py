"""Deliveries and dead letters, in memory."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from ...ports.clock import Clock
from ...ports.event_bus import DeadLetters, Deliveries
from ...ports.language.errors import NotFound
from ...ports.language.ids import MessageId
from ...ports.language.messages import Claim, Delivery, Queue
from ...ports.language.paging import Page, PageRequest
from ...ports.language.priority import Priority
from .database import MemoryAdapter, MemoryDatabase
from .lines import MemoryLines
from .paging import newest_first
from .tables import ClaimedUntil, DeliveryKey, drop_if_empty


class _KeptDeliveries(MemoryAdapter):
    """The table of deliveries, including dead letters, and the lines of the queues."""

    def __init__(self, database: MemoryDatabase, *, clock: Clock) -> None:
        super().__init__(database)
        self._clock = clock
        self._lines = MemoryLines(database, clock=clock)

    def _put(self, key: DeliveryKey, delivery: Delivery) -> None:
        self._remove(key)
        self._database.put(self._tables.deliveries, key, delivery)
        if delivery.attempts:
            failed = self._tables.failed_deliveries[delivery.message.key]
            self._database.put(failed, key, None)
        if not delivery.dead:
            self._lines.add(key, delivery)

    def _remove(self, key: DeliveryKey) -> None:
        before = self._tables.deliveries.get(key)
        if before is not None:
            self._database.remove(self._tables.deliveries, key)
            self._unclaim(key)
            self._forget_failure(key, before.message.key)
            if not before.dead:
                self._lines.drop(key, before)

    def _unclaim(self, key: DeliveryKey) -> None:
        if key in self._tables.claims:
            self._database.remove(self._tables.claims, key)

    def _forget_failure(self, key: DeliveryKey, message_key: str) -> None:
        by_key = self._tables.failed_deliveries
        if key in by_key.get(message_key, ()):
            self._database.remove(by_key[message_key], key)
            self._database.announce(partial(drop_if_empty, by_key, message_key))


class MemoryDeliveries(_KeptDeliveries, Deliveries):
    """Deliveries by consumer and message."""

    async def put(self, delivery: Delivery) -> None:
        await self._database.writing()
        self._put((delivery.consumer, delivery.message.id), delivery)

    async def add(self, deliveries: Sequence[Delivery]) -> None:
        await self._database.writing()
        for delivery in deliveries:
            key = (delivery.consumer, delivery.message.id)
            if key not in self._tables.deliveries:
                self._put(key, delivery)

    async def remove(self, deliveries: Sequence[Delivery]) -> None:
        await self._database.writing()
        for delivery in deliveries:
            stored = self._tables.deliveries.get(_key_of(delivery))
            if stored is not None and stored.id == delivery.id:
                self._remove(_key_of(delivery))

    async def first_in(self, queue: Queue, now: datetime, limit: int) -> Sequence[Delivery]:
        first: list[Delivery] = []
        with await self._database.reading():
            for priority in Priority:
                if len(first) < limit:
                    first += self._lines.first_in(queue, priority, now, limit - len(first))
        return first

    async def claim(
        self,
        queue: Queue,
        claim: Claim,
        now: datetime,
        limit: int,
        *,
        but: Collection[str] = (),
        overdue_since: datetime | None = None,
    ) -> Sequence[Delivery]:
        # Most often there is nothing to write, and none of any queue.
        if not self._tables.deliveries or self._lines.are_empty(queue):
            return []
        async with self._database():
            await self._database.writing()
            taken = {*but, *self._turns_of_others(queue, claim.holder)}
            first: list[Delivery] = []
            of_each: list[Delivery] = []
            for priority in Priority:
                left = limit - len(first)
                free = self._lines.free(queue, priority, now, max(1, left), taken)
                first += free[:left]
                of_each += free[:1]
            longest = min(of_each, key=lambda delivery: delivery.due_at, default=None)
            if longest and overdue_since is not None and longest.due_at <= overdue_since:
                first = [longest, *(d for d in first if d.id != longest.id)][:limit]
            self._set_claims([_key_of(delivery) for delivery in first], claim)
            return first

    async def renew(self, deliveries: Sequence[Delivery], claim: Claim) -> None:
        await self._database.writing()
        held = self._held(deliveries, claim.holder)
        self._set_claims([_key_of(delivery) for delivery in held], claim)

    async def held(self, deliveries: Sequence[Delivery], holder: str) -> Sequence[Delivery]:
        await self._database.writing()
        return self._held(deliveries, holder)

    async def release(self, queue: Queue, holder: str) -> None:
        await self._database.writing()
        for key, claim in [*self._tables.claims.items()]:
            if claim.holder == holder and self._tables.deliveries[key].queue is queue:
                self._unclaim(key)

    def _turns_of_others(self, queue: Queue, holder: str) -> Iterator[str]:
        now = self._clock.now()
        for key, claim in self._tables.claims.items():
            delivery = self._tables.deliveries[key]
            if claim.holder != holder and claim.until > now and delivery.queue is queue:
                yield delivery.turn_in_line

    def _held(self, deliveries: Sequence[Delivery], holder: str) -> Sequence[Delivery]:
        claims = self._tables.claims
        return [
            delivery
            for delivery in deliveries
            if (claim := claims.get(_key_of(delivery))) and claim.holder == holder
        ]

    def _set_claims(self, keys: Sequence[DeliveryKey], claim: Claim) -> None:
        until = self._clock.now() + claim.life
        for key in keys:
            self._database.put(self._tables.claims, key, ClaimedUntil(claim.holder, until))

    async def oldest(self) -> datetime | None:
        with await self._database.reading():
            live = [d for d in self._tables.deliveries.values() if not d.dead]
        return min((delivery.message.occurred_at for delivery in live), default=None)


def _key_of(delivery: Delivery) -> DeliveryKey:
    return delivery.consumer, delivery.message.id


class MemoryDeadLetters(_KeptDeliveries, DeadLetters):
    """The dead letters among the deliveries."""

    async def page(self, request: PageRequest, queue: Queue | None = None) -> Page[Delivery]:
        with await self._database.reading():
            dead = {
                d.id: d
                for d in self._tables.deliveries.values()
                if d.dead and queue in (None, d.queue)
            }
        return newest_first(dead, dead, request)

    async def replay(self, delivery_id: MessageId, at: datetime) -> Delivery:
        async with self._database():
            await self._database.writing()
            deliveries = self._tables.deliveries
            key = next((k for k, d in deliveries.items() if d.dead and d.id == delivery_id), None)
            if key is None:
                raise NotFound(what="dead letter", id=delivery_id)
            again = replace(deliveries[key], attempts=0, due_at=at, dead=False)
            self._put(key, again)
            return again
