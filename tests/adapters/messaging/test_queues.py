"""The dispatcher stores messages to slow consumers in batches, and loses none."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest

from solebook.adapters.memory.in_process_bus import InProcessBus
from solebook.adapters.memory.seeded import SeededIds, SeededRandomness
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.messaging.dispatcher import Dispatcher
from solebook.composition.adapters import Store
from solebook.ports.event_bus import Deliveries
from solebook.ports.language.consumers import Consumer
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.events import UserRegistered
from solebook.ports.language.ids import MessageId, UserId
from solebook.ports.language.messages import Claim, Delivery, Message, Queue

from ...forwarding import CountedTransactions

AT_ONCE = 16


class SlowDeliveries(Deliveries):
    """Lets others go first before it writes, and fails as often as it is told to."""

    def __init__(self, deliveries: Deliveries) -> None:
        self._deliveries = deliveries
        self.failures = 0

    async def put(self, delivery: Delivery) -> None:
        await self._deliveries.put(delivery)

    async def add(self, deliveries: Sequence[Delivery]) -> None:
        await asyncio.sleep(0)
        if self.failures:
            self.failures -= 1
            raise Unavailable("the store")
        await self._deliveries.add(deliveries)

    async def remove(self, deliveries: Sequence[Delivery]) -> None:
        await self._deliveries.remove(deliveries)

    async def first_in(self, queue: Queue, now: datetime, limit: int) -> Sequence[Delivery]:
        return await self._deliveries.first_in(queue, now, limit)

    async def claim(
        self, queue: Queue, claim: Claim, now: datetime, limit: int, **others: Any
    ) -> Sequence[Delivery]:
        return await self._deliveries.claim(queue, claim, now, limit, **others)

    async def renew(self, deliveries: Sequence[Delivery], claim: Claim) -> None:
        await self._deliveries.renew(deliveries, claim)

    async def held(self, deliveries: Sequence[Delivery], holder: str) -> Sequence[Delivery]:
        return await self._deliveries.held(deliveries, holder)

    async def release(self, queue: Queue, holder: str) -> None:
        await self._deliveries.release(queue, holder)

    async def oldest(self) -> datetime | None:
        return await self._deliveries.oldest()


@pytest.fixture
def transactions(store: Store) -> CountedTransactions:
    return CountedTransactions(store.transaction)


@pytest.fixture
def deliveries(store: Store) -> SlowDeliveries:
    return SlowDeliveries(store.deliveries)


@pytest.fixture
def delivered() -> list[Message]:
    return []


@pytest.fixture
def bus(
    transactions: CountedTransactions,
    deliveries: SlowDeliveries,
    delivered: list[Message],
    store: Store,
    clock: VirtualClock,
    ids: SeededIds,
    randomness: SeededRandomness,
) -> InProcessBus:
    async def handle(message: Message) -> None:
        delivered.append(message)

    bus = InProcessBus(
        Dispatcher(
            transaction=transactions,
            inbox=store.inbox,
            deliveries=deliveries,
            wakeups=store.wakeups,
            clock=clock,
            ids=ids,
            randomness=randomness,
            holder="this process",
        )
    )
    bus.subscribe(Consumer("mail", "user.registered", handle, queue=Queue.LETTERS))
    return bus


@pytest.fixture
def messages(clock: VirtualClock, ids: SeededIds) -> list[Message]:
    events = [UserRegistered(UserId(ids.new())) for _ in range(AT_ONCE)]
    return [Message(MessageId(ids.new()), event.key, event, clock.now()) for event in events]


async def drained(bus: InProcessBus) -> None:
    while await bus.work_off(Queue.LETTERS):
        pass


async def test_messages_published_together_are_stored_together(
    bus: InProcessBus,
    transactions: CountedTransactions,
    delivered: list[Message],
    messages: list[Message],
) -> None:
    await bus.publish(*messages)
    assert transactions.count == 1
    await drained(bus)
    assert sorted(delivered, key=messages.index) == messages


async def test_publishing_again_after_a_failure_loses_nothing(
    bus: InProcessBus, deliveries: SlowDeliveries, delivered: list[Message], messages: list[Message]
) -> None:
    deliveries.failures = 5
    unpublished = list(messages)
    while unpublished:
        outcomes = await asyncio.gather(
            *(bus.publish(message) for message in unpublished), return_exceptions=True
        )
        refused = [isinstance(outcome, Unavailable) for outcome in outcomes]
        assert all(
            outcome is None or failed for outcome, failed in zip(outcomes, refused, strict=True)
        )
        unpublished = [m for m, failed in zip(unpublished, refused, strict=True) if failed]
    assert deliveries.failures == 0
    await drained(bus)
    assert sorted(delivered, key=messages.index) == messages


async def test_a_cancelled_publisher_does_not_stop_the_others_from_being_stored(
    bus: InProcessBus, delivered: list[Message], messages: list[Message]
) -> None:
    publishing = [asyncio.create_task(bus.publish(message)) for message in messages]
    await asyncio.sleep(0)
    for task in publishing[::2]:
        task.cancel()
    await asyncio.gather(*publishing, return_exceptions=True)
    await drained(bus)
    assert set(messages[1::2]) <= set(delivered)
    assert len(delivered) == len(set(delivered))
