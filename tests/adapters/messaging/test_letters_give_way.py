"""While trades are under way, letters are delivered one at a time."""

import asyncio
from contextlib import suppress

from solebook.adapters.memory.seeded import SeededIds, SeededRandomness
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.composition.in_process_bus import build_in_process_bus
from solebook.ports.language.consumers import Consumer
from solebook.ports.language.events import UserRegistered
from solebook.ports.language.ids import MessageId, UserId
from solebook.ports.language.messages import Message, Queue

from ...ports.consumers import SUBJECT, Gate


async def test_one_letter_is_under_way_while_a_charge_is_and_several_afterwards(
    store: Store, clock: VirtualClock, ids: SeededIds, randomness: SeededRandomness
) -> None:
    bus = build_in_process_bus(store, clock=clock, ids=ids, randomness=randomness)
    charges, letters = Gate(), Gate()
    bus.subscribe(Consumer("charges", SUBJECT, charges, queue=Queue.CHARGES))
    bus.subscribe(Consumer("letters", SUBJECT, letters, queue=Queue.LETTERS))
    users = [UserId(ids.new()) for _ in range(4)]
    events = [UserRegistered(user) for user in users]
    messages = [Message(MessageId(ids.new()), e.key, e, clock.now()) for e in events]
    await bus.publish(*messages)
    work = [asyncio.create_task(bus.work(queue)) for queue in (Queue.CHARGES, Queue.LETTERS)]

    await charges.until(lambda: len(charges.under_way) == 4)
    await letters.until(lambda: len(letters.begun) == 1)
    await letters.open(letters.begun[0])
    await letters.until(lambda: len(letters.begun) == 2)
    assert len(letters.under_way) == 1

    await charges.open(*messages)
    await charges.until(lambda: len(charges.done) == 4)
    await letters.open(letters.begun[1])
    await letters.until(lambda: len(letters.under_way) == 2)
    for task in work:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_letters_rest_after_each_one_while_a_charge_is_under_way(
    store: Store, clock: VirtualClock, ids: SeededIds, randomness: SeededRandomness
) -> None:
    bus = build_in_process_bus(store, clock=clock, ids=ids, randomness=randomness)
    charges, letters = Gate(), Gate()
    bus.subscribe(Consumer("charges", SUBJECT, charges, queue=Queue.CHARGES))
    bus.subscribe(Consumer("letters", SUBJECT, letters, queue=Queue.LETTERS))
    events = [UserRegistered(UserId(ids.new())) for _ in range(2)]
    messages = [Message(MessageId(ids.new()), e.key, e, clock.now()) for e in events]
    await bus.publish(*messages)
    work = [asyncio.create_task(bus.work(queue)) for queue in (Queue.CHARGES, Queue.LETTERS)]

    await charges.until(lambda: len(charges.under_way) == 2)
    await letters.until(lambda: len(letters.begun) == 1)
    begun_at = _time()
    while (opened_at := _time()) < begun_at + 0.005:
        await charges.until(lambda: True)
    await letters.open(letters.begun[0])
    await letters.until(lambda: len(letters.begun) == 2)
    assert _time() - opened_at >= 0.015
    for task in work:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _time() -> float:
    return asyncio.get_running_loop().time()
