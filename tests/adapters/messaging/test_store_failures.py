"""What the dispatcher does while the store of its deliveries fails."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeAlias

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

WORKERS = 3
BusOn: TypeAlias = Callable[[Deliveries], InProcessBus]


@pytest.fixture
def bus_on(
    store: Store, clock: VirtualClock, ids: SeededIds, randomness: SeededRandomness
) -> BusOn:
    return lambda deliveries: InProcessBus(
        Dispatcher(
            transaction=store.transaction,
            inbox=store.inbox,
            deliveries=deliveries,
            wakeups=store.wakeups,
            clock=clock,
            ids=ids,
            randomness=randomness,
            holder="this process",
            workers=dict.fromkeys(Queue, WORKERS),
        )
    )


@pytest.fixture
def message(clock: VirtualClock, ids: SeededIds) -> Message:
    event = UserRegistered(UserId(ids.new()))
    return Message(MessageId(ids.new()), event.key, event, clock.now())


@pytest.fixture
def several(message: Message, ids: SeededIds, clock: VirtualClock) -> list[Delivery]:
    """One delivery more than there are workers."""
    at = clock.now()
    return [
        Delivery(MessageId(ids.new()), "mail", message, 0, at, "", queue=Queue.LETTERS)
        for _ in range(WORKERS + 1)
    ]


def failing(queue: Queue) -> Consumer:
    async def handle(_: Message) -> None:
        raise KeyError("name")

    return Consumer("welcome", "user.registered", handle, queue)


class Broken(Deliveries):
    """A store that does not answer."""

    async def put(self, delivery: Delivery) -> None:
        raise Unavailable("the store")

    async def add(self, deliveries: Sequence[Delivery]) -> None:
        raise Unavailable("the store")

    async def remove(self, deliveries: Sequence[Delivery]) -> None:
        raise Unavailable("the store")

    async def first_in(self, queue: Queue, now: datetime, limit: int) -> Sequence[Delivery]:
        raise Unavailable("the store")

    async def claim(
        self, queue: Queue, claim: Claim, now: datetime, limit: int, **_: Any
    ) -> Sequence[Delivery]:
        raise Unavailable("the store")

    async def renew(self, deliveries: Sequence[Delivery], claim: Claim) -> None:
        raise Unavailable("the store")

    async def held(self, deliveries: Sequence[Delivery], holder: str) -> Sequence[Delivery]:
        raise Unavailable("the store")

    async def release(self, queue: Queue, holder: str) -> None:
        raise Unavailable("the store")

    async def oldest(self) -> datetime | None:
        raise Unavailable("the store")


async def test_a_queue_that_cannot_be_written_to_does_not_swallow_the_message(
    bus_on: BusOn, message: Message
) -> None:
    bus = bus_on(Broken())
    bus.subscribe(failing(Queue.LETTERS))
    with pytest.raises(Unavailable):
        await bus.publish(message)
    with pytest.raises(Unavailable):
        await bus.work_off(Queue.LETTERS)


class ReadOnly(Broken):
    """A store that answers until something is to be written."""

    def __init__(self, waiting: Sequence[Delivery]) -> None:
        self.waiting = waiting

    async def claim(
        self, queue: Queue, claim: Claim, now: datetime, limit: int, **_: Any
    ) -> Sequence[Delivery]:
        return self.waiting

    async def held(self, deliveries: Sequence[Delivery], holder: str) -> Sequence[Delivery]:
        return deliveries


async def test_what_was_done_and_cannot_be_noted_is_told_to_whoever_works_the_queue_off(
    bus_on: BusOn, message: Message, several: list[Delivery]
) -> None:
    handled: list[Message] = []

    async def handle(message: Message) -> None:
        handled.append(message)

    bus = bus_on(ReadOnly(several))
    bus.subscribe(Consumer("mail", "user.registered", handle, queue=Queue.LETTERS))
    with pytest.raises(Unavailable):
        await bus.work_off(Queue.LETTERS)
    assert len(handled) >= WORKERS


async def test_workers_stop_at_a_failure_that_cannot_be_kept(
    bus_on: BusOn, message: Message, several: list[Delivery]
) -> None:
    tried: list[Message] = []

    async def handle(message: Message) -> None:
        tried.append(message)
        raise Unavailable("mail")

    bus = bus_on(ReadOnly(several))
    bus.subscribe(Consumer("mail", "user.registered", handle, queue=Queue.LETTERS))
    with pytest.raises(Unavailable):
        await bus.work_off(Queue.LETTERS)
    assert tried == [message] * WORKERS  # each worker stops, and the rest waits


class FailsOnce(ReadOnly):
    """A store that cannot be read the first time, and then has nothing."""

    def __init__(self) -> None:
        super().__init__([])
        self.failed = False

    async def claim(
        self, queue: Queue, claim: Claim, now: datetime, limit: int, **_: Any
    ) -> Sequence[Delivery]:
        if not self.failed:
            self.failed = True
            raise Unavailable("the store")
        return self.waiting


async def test_a_queue_is_worked_off_again_after_the_store_failed(bus_on: BusOn) -> None:
    bus = bus_on(FailsOnce())
    with pytest.raises(Unavailable):
        await bus.work(Queue.LETTERS)
    assert await bus.work_off(Queue.LETTERS) == 0


async def test_a_message_whose_failure_cannot_be_kept_is_not_published(
    bus_on: BusOn, message: Message
) -> None:
    bus = bus_on(Broken())
    bus.subscribe(failing(Queue.TRADE))
    with pytest.raises(Unavailable):
        await bus.publish(message)
