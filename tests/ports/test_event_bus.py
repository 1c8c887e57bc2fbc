"""Contract of EventBus."""

import asyncio
from dataclasses import replace

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.ports.event_bus import EventBus
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.messages import Message, Queue
from solebook.ports.language.paging import PageRequest

from .consumers import LONG, Handler, consumer, queued
from .records import Records


async def test_each_consumer_of_the_subject_gets_the_message(
    bus: EventBus, records: Records
) -> None:
    welcome, audit, other = Handler(), Handler(), Handler()
    bus.subscribe(consumer("welcome", welcome))
    bus.subscribe(consumer("audit", audit))
    bus.subscribe(consumer("other", other, subject="order.created"))
    messages = [records.message(), records.message()]
    for message in messages:
        await bus.publish(message)
    assert welcome.got == audit.got == messages
    assert other.got == []
    assert await bus.work_off(Queue.TRADE) == 0


async def test_message_without_consumers_is_ignored(bus: EventBus, records: Records) -> None:
    await bus.publish(records.message())
    assert await bus.work_off(Queue.TRADE) == 0


async def test_two_consumers_cannot_have_one_name(bus: EventBus) -> None:
    bus.subscribe(consumer("welcome", Handler()))
    with pytest.raises(AssertionError):
        bus.subscribe(consumer("welcome", Handler(), subject="order.created"))


@pytest.mark.parametrize("failure", [Unavailable("mail"), AssertionError("bug"), KeyError("bug")])
async def test_only_the_consumer_that_failed_gets_the_message_again(
    bus: EventBus, records: Records, clock: VirtualClock, failure: Exception
) -> None:
    before, failing, after = Handler(), Handler(failure), Handler()
    for name, handler in (("before", before), ("failing", failing), ("after", after)):
        bus.subscribe(consumer(name, handler))
    message = records.message()
    await bus.publish(message)
    assert before.got == after.got == [message]
    assert failing.got == []
    await clock.advance(LONG)
    assert await bus.work_off(Queue.TRADE) == 1
    assert before.got == failing.got == after.got == [message]
    await clock.advance(LONG)
    assert await bus.work_off(Queue.TRADE) == 0


async def test_a_delivery_waits_until_it_is_due(bus: EventBus, records: Records) -> None:
    handler = Handler(Unavailable("mail"))
    bus.subscribe(consumer("welcome", handler))
    await bus.publish(records.message())
    assert await bus.work_off(Queue.TRADE) == 0
    assert handler.got == []


async def test_persistent_consumer_gives_up_on_a_bug_but_not_on_unavailable(
    bus: EventBus, store: Store, records: Records, clock: VirtualClock
) -> None:
    failures: list[Exception] = [Unavailable("the provider") for _ in range(100)]
    handler = Handler(*failures, *(AssertionError("a bug") for _ in range(20)))
    bus.subscribe(replace(consumer("charge", handler), persists=True))
    await bus.publish(records.message())
    for _ in failures[1:]:
        await clock.advance(LONG)
        assert await bus.work_off(Queue.TRADE) == 1
    assert not (await store.dead_letters.page(PageRequest())).items
    await clock.advance(LONG)
    await bus.work_off(Queue.TRADE)
    [letter] = (await store.dead_letters.page(PageRequest())).items
    assert "a bug" in letter.error


async def test_a_delivery_that_always_fails_ends_as_a_dead_letter_and_can_be_replayed(
    bus: EventBus, store: Store, records: Records, clock: VirtualClock
) -> None:
    handler = Handler(*(Unavailable("mail") for _ in range(1_000)))
    bus.subscribe(consumer("welcome", handler))
    message = records.message()
    await bus.publish(message)
    tries = 0
    while not (dead := (await store.dead_letters.page(PageRequest())).items):
        await clock.advance(LONG)
        tries += await bus.work_off(Queue.TRADE)
        assert tries < 100
    (letter,) = dead
    assert (letter.consumer, letter.message, letter.attempts) == ("welcome", message, tries + 1)
    assert "mail is unavailable" in letter.error
    await clock.advance(LONG)
    assert await bus.work_off(Queue.TRADE) == 0

    async with store.transaction():
        await store.dead_letters.replay(letter.id, clock.now())
    handler.failures.clear()
    assert await bus.work_off(Queue.TRADE) == 1
    assert handler.got == [message]
    assert (await store.dead_letters.page(PageRequest())).items == ()


async def test_writes_of_a_failed_handler_are_rolled_back(
    bus: EventBus, store: Store, records: Records, clock: VirtualClock
) -> None:
    failures: list[Exception] = [Unavailable("mail")]

    async def handle(message: Message) -> None:
        async with store.transaction():
            await store.inbox.note([("welcome", message.id)], clock.now())
            if failures:
                raise failures.pop()

    bus.subscribe(consumer("welcome", handle))
    message = records.message()
    await bus.publish(message)
    assert not await store.inbox.contains("welcome", message.id)
    await clock.advance(LONG)
    await bus.work_off(Queue.TRADE)
    assert await store.inbox.contains("welcome", message.id)


async def test_stopping_the_process_does_not_count_as_a_delivery(
    bus: EventBus, records: Records, clock: VirtualClock
) -> None:
    handler = Handler(asyncio.CancelledError())
    bus.subscribe(consumer("welcome", handler))
    with pytest.raises(asyncio.CancelledError):
        await bus.publish(records.message())
    await clock.advance(LONG)
    assert await bus.work_off(Queue.TRADE) == 0


# ---- queued consumers ------------------------------------------------------------------------


async def test_a_queued_consumer_gets_its_messages_from_the_workers_alone(
    bus: EventBus, records: Records
) -> None:
    mail, audit = Handler(), Handler()
    bus.subscribe(queued("mail", mail))
    bus.subscribe(consumer("audit", audit))
    messages = [records.message(), records.message()]
    for message in messages:
        await bus.publish(message)
    assert await bus.work_off(Queue.TRADE) == 0
    assert (mail.got, audit.got) == ([], messages)
    assert await bus.work_off(Queue.LETTERS) == 2
    assert mail.got == messages
    assert await bus.work_off(Queue.LETTERS) == 0
    assert audit.got == messages


async def test_a_queued_message_that_is_published_again_waits_once(
    bus: EventBus, records: Records
) -> None:
    mail = Handler()
    bus.subscribe(queued("mail", mail))
    message = records.message()
    await bus.publish(message)
    await bus.publish(message)
    assert await bus.work_off(Queue.LETTERS) == 1
    assert mail.got == [message]


async def test_a_queued_consumer_that_fails_gets_the_message_again_and_then_gives_up(
    bus: EventBus, store: Store, records: Records, clock: VirtualClock
) -> None:
    mail = Handler(*(Unavailable("mail") for _ in range(1_000)))
    bus.subscribe(queued("mail", mail))
    message = records.message()
    await bus.publish(message)
    tries = 0
    while not (dead := (await store.dead_letters.page(PageRequest())).items):
        tries += await bus.work_off(Queue.LETTERS)
        assert await bus.work_off(Queue.LETTERS) == 0
        await clock.advance(LONG)
        assert await bus.work_off(Queue.TRADE) == 0
        assert tries < 100
    (letter,) = dead
    assert (letter.consumer, letter.message, letter.attempts) == ("mail", message, tries)
    mail.failures.clear()
    async with store.transaction():
        await store.dead_letters.replay(letter.id, clock.now())
    assert await bus.work_off(Queue.LETTERS) == 1
    assert mail.got == [message]


async def test_slow_delivery_delays_neither_trades_nor_other_workers(
    bus: EventBus, records: Records
) -> None:
    gate, others_done = asyncio.Event(), asyncio.Event()
    delivered: list[Message] = []

    async def slow_once(message: Message) -> None:
        if message == messages[0]:
            await gate.wait()
        delivered.append(message)
        if len(delivered) == 8:
            others_done.set()

    trade = Handler()
    bus.subscribe(queued("mail", slow_once))
    bus.subscribe(consumer("trade", trade))
    messages = [records.message() for _ in range(9)]
    for message in messages:
        await bus.publish(message)
    work = asyncio.create_task(bus.work_off(Queue.LETTERS))
    await others_done.wait()
    assert not work.done()
    await bus.publish(records.message())
    assert len(trade.got) == 10
    gate.set()
    assert await work == 10
    assert delivered[:8] == messages[1:]


async def test_stopped_workers_leave_their_deliveries_to_be_retried(
    bus: EventBus, records: Records
) -> None:
    gate = asyncio.Event()
    got: list[Message] = []

    async def handle(message: Message) -> None:
        await gate.wait()
        got.append(message)

    bus.subscribe(queued("mail", handle))
    message = records.message()
    await bus.publish(message)
    work = asyncio.create_task(bus.work_off(Queue.LETTERS))
    await asyncio.sleep(0)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    gate.set()
    assert await bus.work_off(Queue.LETTERS) == 1
    assert got == [message]
