"""Contract of EventBus: priorities, turns and independence of queues."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.ports.event_bus import EventBus
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.events import Event
from solebook.ports.language.ids import MessageId
from solebook.ports.language.messages import Message, Queue
from solebook.ports.language.priority import Priority

from .consumers import LONG, Gate, Handler, consumer, queued
from .records import Records


def by(letters: dict[Message, str]) -> Callable[[Event], str]:
    """Return a function that gives each event's turn."""
    turns = {message.event.key: turn for message, turn in letters.items()}
    return lambda event: turns[event.key]


async def test_queue_with_busy_workers_does_not_delay_other_queues(
    bus: EventBus, records: Records
) -> None:
    stuck, charges = Gate(), Handler()
    bus.subscribe(queued("mail", stuck))
    bus.subscribe(replace(consumer("charge", charges), queue=Queue.CHARGES))
    messages = [records.message() for _ in range(20)]
    for message in messages:
        await bus.publish(message)
    letters = asyncio.create_task(bus.work_off(Queue.LETTERS))
    assert await bus.work_off(Queue.CHARGES) == 20
    assert charges.got == messages
    assert stuck.done == []
    await stuck.open(*messages)
    assert await letters == 20


async def test_a_turn_has_one_delivery_under_way_and_others_fill_the_workers(
    bus: EventBus, records: Records
) -> None:
    greedy = [records.message() for _ in range(10)]
    others = [records.message() for _ in range(2)]
    turns = {**dict.fromkeys(greedy, "greedy"), others[0]: "one", others[1]: "two"}
    gate = Gate()
    bus.subscribe(replace(queued("mail", gate), turn=by(turns)))
    for message in (*greedy, *others):
        await bus.publish(message)
    work = asyncio.create_task(bus.work_off(Queue.LETTERS))
    await gate.until(lambda: len(gate.under_way) == 3)
    assert gate.under_way == [greedy[0], *others]
    await gate.open(greedy[0])
    await gate.until(lambda: len(gate.begun) == 4)
    assert gate.under_way == [*others, greedy[1]]
    await gate.open(*others)
    await gate.until(lambda: len(gate.done) == 3)
    assert gate.under_way == [greedy[1]]
    await gate.open(*greedy)
    assert await work == 12
    assert gate.begun == [greedy[0], *others, *greedy[1:]]


async def test_later_message_of_higher_priority_is_next(bus: EventBus, records: Records) -> None:
    low = [records.message() for _ in range(40)]
    high = records.message()
    gate = Gate()

    def priority(event: Event) -> Priority:
        return Priority.HIGH if event == high.event else Priority.LOW

    bus.subscribe(replace(queued("mail", gate), priority=priority))
    for message in low:
        await bus.publish(message)
    work = asyncio.create_task(bus.work_off(Queue.LETTERS))
    await gate.until(lambda: len(gate.under_way) == 4)
    await bus.publish(high)
    await gate.open(gate.under_way[0])
    await gate.until(lambda: len(gate.begun) == 5)
    assert gate.begun[-1] == high
    await gate.open(high, *low)
    assert await work == 41


async def test_low_priority_does_not_starve(
    bus: EventBus, records: Records, clock: VirtualClock
) -> None:
    low = records.message()
    handled: list[Message] = []

    async def handle(message: Message) -> None:
        handled.append(message)
        if message != low and low not in handled and len(handled) < 1_000:
            await bus.publish(records.message())

    def priority(event: Event) -> Priority:
        return Priority.LOW if event == low.event else Priority.HIGH

    bus.subscribe(replace(queued("mail", handle), priority=priority))
    await bus.publish(low)
    await clock.advance(timedelta(minutes=1))
    for _ in range(100):
        await bus.publish(records.message())
    await bus.work_off(Queue.LETTERS)
    assert handled.index(low) < 200


@pytest.mark.parametrize("queue", [Queue.LETTERS, Queue.TRADE])
async def test_workers_handle_new_messages_while_one_hangs(
    bus: EventBus, records: Records, queue: Queue, clock: VirtualClock
) -> None:
    gate = Gate()
    fails_at_first = FailsAtFirst(gate)
    bus.subscribe(replace(consumer("mail", fails_at_first), queue=queue))
    messages = [records.message() for _ in range(30)]
    hanging = messages[0]
    await gate.open(*messages[1:])
    for message in messages:
        await bus.publish(message)
    await bus.work_off(queue)
    await clock.advance(LONG)
    work = asyncio.create_task(bus.work(queue))
    await gate.until(lambda: len(gate.done) == 29)
    assert gate.under_way == [hanging]
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    await gate.open(hanging)
    assert await bus.work_off(queue) > 0
    assert hanging in gate.done


async def test_published_message_is_handled_before_the_next_poll(
    bus: EventBus, records: Records
) -> None:
    gate = Gate()
    bus.subscribe(queued("mail", gate))
    work = asyncio.create_task(bus.work(Queue.LETTERS))
    for _ in range(3):
        message = records.message()
        await gate.open(message)
        await bus.publish(message)
        await gate.until(partial(contains, gate.done, message))  # no time passes
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work


def contains(messages: list[Message], message: Message) -> bool:
    return message in messages


class FailsAtFirst:
    """Fails each message the first time."""

    def __init__(self, handle: Callable[[Message], Awaitable[None]]) -> None:
        self._handle = handle
        self._seen: set[MessageId] = set()

    async def __call__(self, message: Message) -> None:
        if message.id not in self._seen:
            self._seen.add(message.id)
            raise Unavailable("mail")
        await self._handle(message)
