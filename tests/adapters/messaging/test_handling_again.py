"""A consumer may handle a message whose earlier attempt failed in another way."""

from datetime import timedelta

import pytest

from solebook.adapters.memory.in_process_bus import InProcessBus
from solebook.adapters.memory.seeded import SeededIds, SeededRandomness
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.composition.in_process_bus import build_in_process_bus
from solebook.ports.language.consumers import Consumer, Effect
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.events import UserRegistered
from solebook.ports.language.ids import MessageId, UserId
from solebook.ports.language.messages import Message, Queue
from solebook.ports.language.paging import PageRequest

ATTEMPTS = 15
"""Until a delivery is a dead letter."""


@pytest.mark.parametrize("effect", Effect)
async def test_every_attempt_after_the_first_is_made_in_the_other_way_also_one_of_a_dead_letter(
    store: Store,
    clock: VirtualClock,
    ids: SeededIds,
    randomness: SeededRandomness,
    effect: Effect,
) -> None:
    calls: list[str] = []

    async def handle(_: Message) -> None:
        calls.append("first")
        raise Unavailable("mail")

    async def handle_again(_: Message) -> None:
        calls.append("again")
        if len(calls) <= ATTEMPTS:
            raise Unavailable("mail")

    bus: InProcessBus = build_in_process_bus(store, clock=clock, ids=ids, randomness=randomness)
    bus.subscribe(
        Consumer(
            "welcome",
            UserRegistered.SUBJECT,
            handle,
            Queue.TRADE,
            effect,
            handle_again=handle_again,
        )
    )
    event = UserRegistered(UserId(ids.new()))
    await bus.publish(Message(MessageId(ids.new()), event.key, event, clock.now()))
    for _ in range(ATTEMPTS - 1):
        await clock.advance(timedelta(minutes=5))
        await bus.work_off(Queue.TRADE)
    (dead,) = (await store.dead_letters.page(PageRequest())).items
    await store.dead_letters.replay(dead.id, clock.now())
    await bus.work_off(Queue.TRADE)
    assert calls == ["first", *["again"] * ATTEMPTS]
    assert not (await store.dead_letters.page(PageRequest())).items
