"""How the dispatcher retries."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.adapters.memory.in_process_bus import InProcessBus
from solebook.adapters.memory.seeded import SeededIds, SeededRandomness
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.messaging.retry_policy import RetryPolicy
from solebook.composition.adapters import Store
from solebook.composition.in_process_bus import build_in_process_bus
from solebook.ports.language.consumers import Consumer
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.events import UserRegistered
from solebook.ports.language.ids import MessageId, UserId
from solebook.ports.language.messages import Delivery, Message, Queue
from solebook.ports.language.paging import PageRequest

POLICY = RetryPolicy(
    max_attempts=3,
    first_delay=timedelta(seconds=10),
    factor=3,
    max_delay=timedelta(seconds=60),
)
WORKERS = 3
TRADE = Queue.TRADE


@pytest.fixture
def bus(
    store: Store, clock: VirtualClock, ids: SeededIds, randomness: SeededRandomness
) -> InProcessBus:
    return build_in_process_bus(
        store,
        clock=clock,
        ids=ids,
        randomness=randomness,
        policy=POLICY,
        workers=dict.fromkeys(Queue, WORKERS),
    )


@pytest.fixture
def message(clock: VirtualClock, ids: SeededIds) -> Message:
    event = UserRegistered(UserId(ids.new()))
    return Message(MessageId(ids.new()), event.key, event, clock.now())


def failing(error: Exception, name: str = "welcome") -> Consumer:
    async def handle(_: Message) -> None:
        raise error

    return Consumer(name, "user.registered", handle, Queue.TRADE)


async def waiting(store: Store, clock: VirtualClock) -> Delivery:
    (delivery,) = await store.deliveries.first_in(Queue.TRADE, clock.now() + timedelta(days=1), 10)
    return delivery


async def test_each_try_waits_longer_until_the_last(
    bus: InProcessBus, store: Store, clock: VirtualClock, message: Message
) -> None:
    bus.subscribe(failing(Unavailable("mail")))
    await bus.publish(message)
    for attempts, backoff in ((1, 10), (2, 30)):
        delivery = await waiting(store, clock)
        assert delivery.attempts == attempts
        delay = (delivery.due_at - clock.now()).total_seconds()
        assert backoff / 2 <= delay <= backoff
        await clock.advance(delivery.due_at - clock.now() - timedelta(microseconds=1))
        assert await bus.work_off(Queue.TRADE) == 0
        await clock.advance(timedelta(microseconds=1))
        assert await bus.work_off(Queue.TRADE) == 1
    (dead,) = (await store.dead_letters.page(PageRequest())).items
    assert (dead.attempts, dead.dead) == (3, True)


async def test_a_failed_redelivery_keeps_its_id_and_takes_the_new_error(
    bus: InProcessBus, store: Store, clock: VirtualClock, message: Message
) -> None:
    errors = [Unavailable("mail"), KeyError("name")]

    async def handle(_: Message) -> None:
        raise errors.pop(0)

    bus.subscribe(Consumer("welcome", "user.registered", handle, Queue.TRADE))
    await bus.publish(message)
    first = await waiting(store, clock)
    assert first.error == "Unavailable: mail is unavailable; try again in 1 s"
    await clock.advance(timedelta(minutes=1))
    await bus.work_off(Queue.TRADE)
    second = await waiting(store, clock)
    assert (second.id, second.error) == (first.id, "KeyError: 'name'")


async def test_a_bug_is_logged_with_its_traceback_and_a_refusal_without(
    bus: InProcessBus, message: Message, caplog: pytest.LogCaptureFixture
) -> None:
    bus.subscribe(failing(Unavailable("mail"), "refused"))
    bus.subscribe(failing(AssertionError("never crossed"), "broken"))
    await bus.publish(message)
    refused, broken = caplog.records
    assert "refused failed on user.registered" in refused.message
    assert not refused.exc_info
    assert "broken failed on user.registered" in broken.message
    assert broken.exc_info is not None
    assert {refused.levelno, broken.levelno} == {logging.WARNING}


async def test_only_the_last_failure_is_logged_as_an_error(
    bus: InProcessBus, clock: VirtualClock, message: Message, caplog: pytest.LogCaptureFixture
) -> None:
    bus.subscribe(failing(Unavailable("mail")))
    await bus.publish(message)
    while not (errors := [r.message for r in caplog.records if r.levelno > logging.WARNING]):
        await clock.advance(POLICY.max_delay)
        assert await bus.work_off(Queue.TRADE) == 1
    tries = f"gave up on welcome of user.registered {message.id} after 3 tries"
    assert errors == [f"{tries}: Unavailable: mail is unavailable; try again in 1 s"]


async def test_a_long_error_is_cut(
    bus: InProcessBus, store: Store, clock: VirtualClock, message: Message
) -> None:
    bus.subscribe(failing(ValueError("x" * 10_000)))
    await bus.publish(message)
    assert len((await waiting(store, clock)).error) == 500


async def test_a_delivery_whose_consumer_is_gone_is_a_dead_letter(
    bus: InProcessBus, store: Store, clock: VirtualClock, ids: SeededIds, message: Message
) -> None:
    delivery = Delivery(MessageId(ids.new()), "gone", message, 1, clock.now(), "", Queue.TRADE)
    async with store.transaction():
        await store.deliveries.put(delivery)
    assert await bus.work_off(Queue.TRADE) == 1
    (dead,) = (await store.dead_letters.page(PageRequest())).items
    assert dead.error == "this consumer no longer exists"


async def test_what_failed_is_tried_until_nothing_is_due(
    bus: InProcessBus, store: Store, clock: VirtualClock, ids: SeededIds, message: Message
) -> None:
    handled: list[Message] = []

    async def handle(message: Message) -> None:
        handled.append(message)

    bus.subscribe(Consumer("welcome", "user.registered", handle, Queue.TRADE))
    async with store.transaction():
        for _ in range(500):
            other = Message(MessageId(ids.new()), message.key, message.event, clock.now())
            failed = Delivery(MessageId(ids.new()), "welcome", other, 1, clock.now(), "", TRADE)
            await store.deliveries.put(failed)
    assert [await bus.work_off(Queue.TRADE) for _ in range(2)] == [500, 0]
    assert len(handled) == 500


async def test_no_more_workers_than_allowed_are_at_work_at_once(
    bus: InProcessBus, clock: VirtualClock, ids: SeededIds
) -> None:
    at_once: list[int] = []
    busy = 0

    async def handle(_: Message) -> None:
        nonlocal busy
        busy += 1
        at_once.append(busy)
        await asyncio.sleep(0)
        busy -= 1

    bus.subscribe(Consumer("mail", "user.registered", handle, queue=Queue.LETTERS))
    for _ in range(100):
        event = UserRegistered(UserId(ids.new()))
        await bus.publish(Message(MessageId(ids.new()), event.key, event, clock.now()))
    assert [await bus.work_off(Queue.LETTERS) for _ in range(2)] == [100, 0]
    assert len(at_once) == 100
    assert max(at_once) == WORKERS


async def test_a_queue_that_is_worked_on_can_be_worked_off_and_nothing_is_tried_twice(
    bus: InProcessBus, clock: VirtualClock, ids: SeededIds
) -> None:
    handled: list[MessageId] = []

    async def handle(message: Message) -> None:
        await asyncio.sleep(0)
        handled.append(message.id)

    bus.subscribe(Consumer("mail", "user.registered", handle, queue=Queue.LETTERS))
    for _ in range(200):
        event = UserRegistered(UserId(ids.new()))
        await bus.publish(Message(MessageId(ids.new()), event.key, event, clock.now()))
    work = asyncio.create_task(bus.work(Queue.LETTERS))
    await asyncio.sleep(0)
    await bus.work_off(Queue.LETTERS)
    assert len(handled) == len(set(handled)) == 200
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work


async def test_a_consumer_that_becomes_a_queued_one_takes_over_what_it_failed_on(
    bus: InProcessBus, store: Store, clock: VirtualClock, ids: SeededIds, message: Message
) -> None:
    bus.subscribe(replace(failing(Unavailable("mail")), queue=Queue.LETTERS))
    async with store.transaction():
        failed = Delivery(MessageId(ids.new()), "welcome", message, 1, clock.now(), "", TRADE)
        await store.deliveries.put(failed)
    assert await bus.work_off(Queue.TRADE) == 1
    await clock.advance(POLICY.max_delay)
    assert await bus.work_off(Queue.TRADE) == 0
    assert await bus.work_off(Queue.LETTERS) == 1


def test_a_bus_without_workers_is_refused(
    store: Store, clock: VirtualClock, ids: SeededIds, randomness: SeededRandomness
) -> None:
    with pytest.raises(ValueError, match="worker"):
        build_in_process_bus(
            store, clock=clock, ids=ids, randomness=randomness, workers={Queue.LETTERS: 0}
        )


async def test_publishing_inside_a_transaction_is_a_programming_error(
    bus: InProcessBus, store: Store, message: Message
) -> None:
    async with store.transaction():
        with pytest.raises(AssertionError):
            await bus.publish(message)
        with pytest.raises(AssertionError):
            await bus.work_off(Queue.TRADE)
