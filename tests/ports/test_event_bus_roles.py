"""The event bus within a process, with consumers that run in another one."""

from dataclasses import replace

import pytest

from solebook.adapters.memory.seeded import SeededIds, SeededRandomness
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.composition.in_process_bus import build_in_process_bus
from solebook.ports.event_bus import EventBus
from solebook.ports.language.consumers import Effect
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.ids import MessageId
from solebook.ports.language.messages import Message, Queue

from .consumers import LONG, Handler, consumer, queued
from .records import Records


@pytest.fixture
def bus(
    store: Store, clock: VirtualClock, ids: SeededIds, randomness: SeededRandomness
) -> EventBus:
    return build_in_process_bus(store, clock=clock, ids=ids, randomness=randomness)


def by_id(message: Message) -> MessageId:
    return message.id


@pytest.mark.parametrize("effect", Effect)
@pytest.mark.parametrize("queue", [Queue.TRADE, Queue.CHARGES])
async def test_a_consumer_in_another_process_gets_its_messages_there_once(
    bus: EventBus, another_bus: EventBus, records: Records, effect: Effect, queue: Queue
) -> None:
    here, there = Handler(), Handler()
    index = replace(consumer("index", here), effect=effect, queue=queue)
    bus.subscribe(index, here=False)
    another_bus.subscribe(replace(index, handle=there))
    messages = [records.message() for _ in range(3)]
    for published in (messages[:2], messages):  # the first ones again, as after a crash
        await bus.publish(*published)
    assert await another_bus.work_off(queue) == 3
    assert await another_bus.work_off(queue) == 0
    assert here.got == []
    assert sorted(there.got, key=by_id) == sorted(messages, key=by_id)  # of different keys


@pytest.mark.parametrize("effect", Effect)
async def test_messages_to_a_consumer_that_waits_are_handled_with_its_queue_in_any_process(
    bus: EventBus, another_bus: EventBus, records: Records, effect: Effect
) -> None:
    here, there = Handler(), Handler()
    unwind = replace(consumer("unwind", here), effect=effect, queue=Queue.MATCHING, waits=True)
    bus.subscribe(unwind)
    another_bus.subscribe(replace(unwind, handle=there))
    first, second = records.message(), records.message()
    await bus.publish(first)
    assert here.got == []
    assert await another_bus.work_off(Queue.MATCHING) == 1
    await another_bus.publish(second)
    assert await bus.work_off(Queue.MATCHING) == 1
    assert (here.got, there.got) == ([second], [first])


@pytest.mark.parametrize("effect", [Effect.INSIDE, Effect.OUTSIDE])
async def test_a_message_that_was_handled_in_another_process_is_not_handled_again(
    bus: EventBus, another_bus: EventBus, records: Records, effect: Effect
) -> None:
    there = Handler()
    index = replace(consumer("index", there), effect=effect)
    bus.subscribe(index, here=False)
    another_bus.subscribe(index)
    message = records.message()
    for _ in range(2):
        await bus.publish(message)
        await another_bus.work_off(Queue.TRADE)
    assert there.got == [message]


async def test_the_messages_of_a_key_come_in_their_order_in_another_process(
    bus: EventBus, another_bus: EventBus, records: Records
) -> None:
    there = Handler()
    bus.subscribe(consumer("index", there), here=False)
    another_bus.subscribe(consumer("index", there))
    messages = [records.message(key="one") for _ in range(50)]
    for message in messages:
        await bus.publish(message)
    await another_bus.work_off(Queue.TRADE)
    assert there.got == messages


async def test_what_fails_in_another_process_is_tried_again_there(
    bus: EventBus, another_bus: EventBus, records: Records, clock: VirtualClock
) -> None:
    here, there = Handler(), Handler(Unavailable("the index"))
    bus.subscribe(consumer("index", here), here=False)
    another_bus.subscribe(consumer("index", there))
    message = records.message()
    await bus.publish(message)
    assert await another_bus.work_off(Queue.TRADE) == 1
    await clock.advance(LONG)
    assert await another_bus.work_off(Queue.TRADE) == 1
    assert (here.got, there.got) == ([], [message])


async def test_a_delivery_in_a_queue_that_its_consumer_has_left_is_put_in_the_new_one(
    bus: EventBus, another_bus: EventBus, records: Records
) -> None:
    mail = Handler()
    bus.subscribe(consumer("mail", mail), here=False)
    another_bus.subscribe(queued("mail", mail), here=False)
    await bus.publish(records.message())
    assert await another_bus.work_off(Queue.TRADE) == 1
    assert mail.got == []
    assert await bus.work_off(Queue.TRADE) == 0
