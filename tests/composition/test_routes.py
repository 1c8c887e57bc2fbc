"""Messages reach use cases through the bus, and each has its effect once."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from solebook.adapters.memory.in_process_bus import InProcessBus
from solebook.adapters.memory.seeded import SeededRandomness
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.composition.embedded import build_embedded
from solebook.composition.in_process_bus import build_in_process_bus
from solebook.composition.router import Router
from solebook.composition.routes import TO_THE_CHARGE, routes
from solebook.ports.ids import Ids
from solebook.ports.language.consumers import Consumer
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.events import EVENTS, PaymentRefundDue
from solebook.ports.language.ids import MessageId, OrderId
from solebook.ports.language.messages import Message, Queue

Kind = Callable[[Router, Callable[[PaymentRefundDue], Awaitable[None]]], Consumer]


def inside(router: Router, use_case: Callable[[PaymentRefundDue], Awaitable[None]]) -> Consumer:
    return router.inside(PaymentRefundDue, "tests.use_case", use_case)


def outside(router: Router, use_case: Callable[[PaymentRefundDue], Awaitable[None]]) -> Consumer:
    return router.outside(PaymentRefundDue, "tests.use_case", use_case)


def queued(router: Router, use_case: Callable[[PaymentRefundDue], Awaitable[None]]) -> Consumer:
    return router.queued(PaymentRefundDue, "tests.use_case", use_case)


def repeatable(router: Router, use_case: Callable[[PaymentRefundDue], Awaitable[None]]) -> Consumer:
    return router.repeatable(PaymentRefundDue, "tests.use_case", use_case)


@pytest.fixture
def router() -> Router:
    return Router(Queue.TRADE)


@pytest.fixture
def message(clock: VirtualClock, ids: Ids) -> Message:
    event = PaymentRefundDue(OrderId(ids.new()))
    return Message(MessageId(ids.new()), event.key, event, clock.now())


@pytest.fixture
def bus(store: Store, clock: VirtualClock, ids: Ids, randomness: SeededRandomness) -> InProcessBus:
    return build_in_process_bus(store, clock=clock, ids=ids, randomness=randomness)


async def deliver(bus: InProcessBus, message: Message) -> None:
    """Publish the message, and try whatever is due by now, in a queue or without one."""
    await bus.publish(message)
    await bus.work_off(Queue.LETTERS)
    await bus.work_off(Queue.TRADE)


class UseCase:
    """Adds an event for every time it is called; fails when it is told to, after its effect."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.failing = 0
        self.calls: list[bool] = []
        """Whether a transaction was open."""

    async def __call__(self, event: PaymentRefundDue) -> None:
        self.calls.append(self._store.transaction.is_open)
        async with self._store.transaction():
            await self._store.outbox.add(event)
            if self.failing:
                self.failing -= 1
                raise Unavailable(what="the store")


async def effects(store: Store) -> int:
    return len(await store.outbox.unsent(10))


@pytest.mark.parametrize("kind", [inside, outside, queued])
async def test_a_redelivered_message_has_its_effect_once(
    kind: Kind, router: Router, bus: InProcessBus, store: Store, message: Message
) -> None:
    use_case = UseCase(store)
    bus.subscribe(kind(router, use_case))
    for _ in range(3):
        await deliver(bus, message)
    assert (len(use_case.calls), await effects(store)) == (1, 1)


@pytest.mark.parametrize("kind", [inside, outside, queued, repeatable])
async def test_a_failed_message_is_handled_at_the_retry(
    kind: Kind,
    router: Router,
    bus: InProcessBus,
    store: Store,
    clock: VirtualClock,
    message: Message,
) -> None:
    use_case = UseCase(store)
    use_case.failing = 1
    bus.subscribe(kind(router, use_case))
    await deliver(bus, message)
    assert await effects(store) == 0
    await clock.advance(timedelta(seconds=1))
    await bus.work_off(Queue.LETTERS)
    await bus.work_off(Queue.TRADE)
    assert (len(use_case.calls), await effects(store)) == (2, 1)


async def test_a_use_case_that_only_writes_is_called_in_a_transaction(
    router: Router, bus: InProcessBus, store: Store, message: Message
) -> None:
    use_case = UseCase(store)
    bus.subscribe(inside(router, use_case))
    await deliver(bus, message)
    assert use_case.calls == [True]


@pytest.mark.parametrize("kind", [outside, queued])
async def test_a_use_case_with_outside_effects_is_called_without_a_transaction(
    kind: Kind, router: Router, bus: InProcessBus, store: Store, message: Message
) -> None:
    use_case = UseCase(store)
    bus.subscribe(kind(router, use_case))
    await deliver(bus, message)
    assert use_case.calls == [False]


def test_only_a_queued_route_leaves_the_queue_of_its_router(router: Router, store: Store) -> None:
    queues = [kind(router, UseCase(store)).queue for kind in (inside, outside, queued)]
    assert queues == [Queue.TRADE, Queue.TRADE, Queue.LETTERS]


async def test_a_repeatable_use_case_is_repeated_and_has_no_inbox_entry(
    router: Router, bus: InProcessBus, store: Store, message: Message
) -> None:
    use_case = UseCase(store)
    consumer = repeatable(router, use_case)
    bus.subscribe(consumer)
    for _ in range(3):
        await deliver(bus, message)
    assert use_case.calls == [False] * 3
    assert not await store.inbox.contains(consumer.name, message.id)


async def test_a_route_takes_no_event_of_another_kind(message: Message) -> None:
    wrong = routes(build_embedded())[0]
    with pytest.raises(AssertionError):
        await wrong.handle(message)


def test_every_consumer_has_a_unique_name_and_an_existing_subject() -> None:
    consumers = routes(build_embedded())
    assert len({consumer.name for consumer in consumers}) == len(consumers)
    assert {consumer.subject for consumer in consumers} <= EVENTS.keys()


def test_the_way_from_a_match_to_its_charge_is_made_of_consumers() -> None:
    assert set(TO_THE_CHARGE) <= {consumer.name for consumer in routes(build_embedded())}


def test_people_are_told_after_everybody_else_has_heard() -> None:
    names = [consumer.name for consumer in routes(build_embedded())]
    telling = [name.startswith("notifications.") for name in names]
    assert telling == sorted(telling)
    assert sum(telling) == 29
