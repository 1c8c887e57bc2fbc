"""How the workers of several processes divide the deliveries of a queue."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, TypeAlias

import pytest

from solebook.adapters.memory.seeded import SeededIds, SeededRandomness
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.composition.in_process_bus import build_in_process_bus
from solebook.ports.event_bus import EventBus
from solebook.ports.language.consumers import Consumer, Effect
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.events import UserRegistered
from solebook.ports.language.ids import MessageId, UserId
from solebook.ports.language.messages import Claim, Delivery, Message, Queue

LIFE = timedelta(seconds=10)
NewBus: TypeAlias = Callable[[], EventBus]


@pytest.fixture
def new_bus(
    store: Store, clock: VirtualClock, ids: SeededIds, randomness: SeededRandomness
) -> NewBus:
    return lambda: build_in_process_bus(store, clock=clock, ids=ids, randomness=randomness)


@pytest.fixture
def messages(clock: VirtualClock, ids: SeededIds) -> list[Message]:
    events = [UserRegistered(UserId(ids.new())) for _ in range(40)]
    return [Message(MessageId(ids.new()), event.key, event, clock.now()) for event in events]


class Handler:
    """Handles messages, as soon as it may."""

    def __init__(self) -> None:
        self.begun: list[Message] = []
        self.handled: list[Message] = []
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def __call__(self, message: Message) -> None:
        self.begun.append(message)
        await self.may_end.wait()
        self.handled.append(message)


def consumer(handler: Handler, effect: Effect = Effect.OUTSIDE) -> Consumer:
    return Consumer("welcome", UserRegistered.SUBJECT, handler, Queue.TRADE, effect, waits=True)


async def until(done: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if done():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never happened")


async def claimed_by_another(store: Store, clock: VirtualClock) -> Sequence[object]:
    claim = Claim("another", timedelta(0))
    return await store.deliveries.claim(Queue.TRADE, claim, clock.now(), 1_000)


async def test_deliveries_whose_effect_is_inside_are_handled_in_portions(
    new_bus: NewBus, store: Store, messages: list[Message]
) -> None:
    begun: list[int] = []
    commits: list[int] = []

    async def handle(_: Message) -> None:
        begun.append(1)
        if len(begun) % 16 == 1:
            store.transaction.announce(lambda: commits.append(len(begun)))

    bus = new_bus()
    inside = Consumer(
        "welcome", UserRegistered.SUBJECT, handle, Queue.TRADE, Effect.INSIDE, waits=True
    )
    bus.subscribe(inside)
    await bus.publish(*messages)
    assert await bus.work_off(Queue.TRADE) == 40
    assert commits == [16, 32, 40]


async def test_a_failure_in_a_portion_undoes_only_its_own_effect(
    new_bus: NewBus, store: Store, messages: list[Message], clock: VirtualClock
) -> None:
    async def handle(message: Message) -> None:
        await store.outbox.add(message.event)
        if message == messages[3]:
            raise Unavailable("something")

    bus = new_bus()
    bus.subscribe(
        Consumer("welcome", UserRegistered.SUBJECT, handle, Queue.TRADE, Effect.INSIDE, waits=True)
    )
    await bus.publish(*messages[:8])
    await bus.work_off(Queue.TRADE)
    added = {message.key for message in await store.outbox.unsent(100)}
    assert added == {message.key for message in messages[:8]} - {messages[3].key}
    later = clock.now() + timedelta(days=1)
    (failed,) = await store.deliveries.first_in(Queue.TRADE, later, 10)
    assert (failed.message, failed.attempts) == (messages[3], 1)


async def test_what_is_under_way_in_one_process_is_not_tried_in_another(
    new_bus: NewBus, messages: list[Message]
) -> None:
    slow, other = Handler(), Handler()
    one, another = new_bus(), new_bus()
    one.subscribe(consumer(slow))
    another.subscribe(consumer(other))
    await one.publish(*messages[:16])
    slow.may_end.clear()
    working = asyncio.create_task(one.work_off(Queue.TRADE))
    await until(lambda: len(slow.begun) == 16)
    assert await another.work_off(Queue.TRADE) == 0
    slow.may_end.set()
    assert await working == 16
    assert other.begun == []


async def test_what_a_slow_process_cannot_begin_is_done_by_another(
    new_bus: NewBus, messages: list[Message]
) -> None:
    slow, other = Handler(), Handler()
    one, another = new_bus(), new_bus()
    one.subscribe(consumer(slow))
    another.subscribe(consumer(other))
    await one.publish(*messages)
    slow.may_end.clear()
    working = asyncio.create_task(one.work_off(Queue.TRADE))
    await until(lambda: len(slow.begun) == 16)
    assert await another.work_off(Queue.TRADE) == 24
    slow.may_end.set()
    assert await working == 16


async def test_claims_are_renewed_while_their_delivery_is_under_way(
    new_bus: NewBus, store: Store, clock: VirtualClock, messages: list[Message]
) -> None:
    slow = Handler()
    bus = new_bus()
    bus.subscribe(consumer(slow))
    await bus.publish(*messages[:3])
    slow.may_end.clear()
    working = asyncio.create_task(bus.work(Queue.TRADE))
    await until(lambda: len(slow.begun) == 3)
    for _ in range(60):
        await clock.advance(timedelta(seconds=1))
        for _ in range(20):
            await asyncio.sleep(0)
    assert await claimed_by_another(store, clock) == []
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def test_claims_are_given_back_when_the_work_stops(
    new_bus: NewBus, store: Store, clock: VirtualClock, messages: list[Message]
) -> None:
    slow = Handler()
    bus = new_bus()
    bus.subscribe(consumer(slow))
    await bus.publish(*messages[:16])
    slow.may_end.clear()
    working = asyncio.create_task(bus.work(Queue.TRADE))
    await until(lambda: len(slow.begun) == 16)
    assert await claimed_by_another(store, clock) == []
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert len(await claimed_by_another(store, clock)) == 16


async def test_claims_are_given_back_when_the_work_stops_before_it_hears_of_them(
    new_bus: NewBus,
    store: Store,
    clock: VirtualClock,
    messages: list[Message],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A transaction is committed although its caller is cancelled, and the answer is lost."""
    claim, is_committed = store.deliveries.claim, asyncio.Event()

    async def claim_without_answer(*what: Any, **more: Any) -> Sequence[Delivery]:
        await claim(*what, **more)
        is_committed.set()
        never: asyncio.Future[Sequence[Delivery]] = asyncio.get_running_loop().create_future()
        return await never

    bus = new_bus()
    bus.subscribe(consumer(Handler()))
    await bus.publish(*messages[:16])
    with monkeypatch.context() as patch:
        patch.setattr(store.deliveries, "claim", claim_without_answer)
        working = asyncio.create_task(bus.work(Queue.TRADE))
        await is_committed.wait()
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    assert len(await claimed_by_another(store, clock)) == 16


@pytest.mark.parametrize("effect", [Effect.INSIDE, Effect.OUTSIDE])
async def test_claims_of_a_process_that_died_are_taken_over_when_they_end(
    new_bus: NewBus, store: Store, clock: VirtualClock, messages: list[Message], effect: Effect
) -> None:
    handler = Handler()
    bus = new_bus()
    bus.subscribe(consumer(handler, effect))
    await bus.publish(*messages)
    dead = Claim("dead", LIFE)
    assert len(await store.deliveries.claim(Queue.TRADE, dead, clock.now(), 15)) == 15
    assert await bus.work_off(Queue.TRADE) == 25
    await clock.advance(LIFE)
    assert await bus.work_off(Queue.TRADE) == 15
    assert sorted(handler.handled, key=messages.index) == messages


async def test_a_worker_that_lost_its_claim_leaves_the_delivery_to_the_other(
    new_bus: NewBus, store: Store, clock: VirtualClock, messages: list[Message]
) -> None:
    async def hang_and_fail(_: Message) -> None:
        await clock.advance(LIFE)
        taken = await store.deliveries.claim(
            Queue.TRADE, Claim("another", LIFE), clock.now(), 1_000
        )
        assert len(taken) == 1
        async with store.transaction():
            await store.deliveries.remove(taken)
        raise Unavailable("something")

    bus = new_bus()
    bus.subscribe(
        Consumer("welcome", UserRegistered.SUBJECT, hang_and_fail, Queue.TRADE, Effect.OUTSIDE,
                 waits=True)
    )  # fmt: skip
    await bus.publish(messages[0])
    await bus.work_off(Queue.TRADE)
    later = clock.now() + timedelta(days=1)
    assert await store.deliveries.first_in(Queue.TRADE, later, 10) == []
