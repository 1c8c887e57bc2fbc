"""The contract of Outbox."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.ports.language.deadlines import DeadlineKind
from solebook.ports.language.events import (
    EVENTS,
    DeadlineReached,
    Event,
    NotificationRequested,
    OrderCancelled,
    OrderConfirmed,
    PaymentDeclined,
    ProductChanged,
    UserRegistered,
    WebhookReceived,
)
from solebook.ports.language.ids import NotificationId
from solebook.ports.language.market import Condition
from solebook.ports.language.notifications import Channel, NotificationKind
from solebook.ports.language.orders import CancelReason
from solebook.ports.language.priority import Priority
from solebook.ports.language.traces import Trace, within

from .records import Records

PATIENCE = 60.0
TRACE = Trace("1" * 32, "2" * 16, is_sampled=True)


class Boom(Exception):
    """Something went wrong inside a block."""


async def add(store: Store, *events: Event) -> None:
    async with store.transaction():
        await store.outbox.add(*events)


async def unsent_events(store: Store, limit: int = 100) -> list[Event]:
    return [message.event for message in await store.outbox.unsent(limit)]


async def test_a_message_has_the_trace_in_which_it_was_added(
    store: Store, records: Records
) -> None:
    with within(TRACE):
        await add(store, records.event())
    await add(store, records.event())
    traces = [message.trace for message in await store.outbox.unsent(10)]
    assert traces == [TRACE.traceparent, None]


async def test_events_wait_stamped_with_an_id_and_the_instant(
    store: Store, records: Records, clock: VirtualClock
) -> None:
    first, second = records.event(), records.event()
    await clock.advance(timedelta(microseconds=123_457))
    await add(store, first)
    added_at = clock.now()
    await clock.advance(timedelta(hours=1))
    await add(store, second)
    messages = await store.outbox.unsent(10)
    assert [message.event for message in messages] == [first, second]
    assert [message.key for message in messages] == [first.key, second.key]
    assert [message.occurred_at for message in messages] == [added_at, clock.now()]
    assert len({message.id for message in messages}) == 2
    assert all(message.id.version == 7 for message in messages)
    assert list(await store.outbox.unsent(10)) == list(messages)


async def test_events_can_be_read_by_priority(store: Store, records: Records) -> None:
    kinds = [NotificationKind.PRICE_DROPPED, None, NotificationKind.SALE_CONFIRMED]
    for _ in range(3):
        for kind in kinds:
            id_ = NotificationId(records.ids.new())
            await add(store, NotificationRequested(id_, Channel.EMAIL, kind=kind))
    everything = await store.outbox.unsent(10)
    assert len(everything) == 9
    for place, priority in enumerate((Priority.LOW, Priority.NORMAL, Priority.HIGH)):
        expected = everything[place::3]
        assert await store.outbox.unsent(10, priority=priority) == expected
        assert await store.outbox.unsent(2, priority=priority) == expected[:2]
        but = {message.id for message in expected[:1]}
        assert await store.outbox.unsent(10, priority=priority, but=but) == expected[1:]
        assert await store.outbox.unsent(1, priority=priority, but=but) == expected[1:2]


async def test_every_kind_of_event_is_read_back_whole(store: Store, records: Records) -> None:
    book = records.book(size="6Y", condition=Condition.DAMAGED_BOX)
    order_id, user_id = records.order_id(), records.user_id()
    cancelled = OrderCancelled(
        order_id=order_id,
        bid_id=records.quote_id(),
        ask_id=records.quote_id(),
        buyer_id=user_id,
        seller_id=records.user_id(),
        book=book,
        price=12_345,
        reason=CancelReason.SHIPMENT_OVERDUE,
        note=None,
    )
    created = OrderConfirmed(
        order_id=order_id,
        buyer_id=user_id,
        seller_id=records.user_id(),
        book=book,
        price=12_345,
        matched_at=records.instant,
        ship_by=records.instant,
    )
    events: Sequence[Event] = (
        UserRegistered(user_id),
        ProductChanged(book.product_id, 7),
        records.opened(records.match(records.bid(book), records.ask(book))).events[0],
        PaymentDeclined(order_id, "no “funds”"),
        WebhookReceived("evt_1"),
        DeadlineReached(order_id, DeadlineKind.SHIPMENT),
        cancelled,
        created,
    )
    await add(store, *events)
    assert await unsent_events(store) == list(events)
    assert all(event.SUBJECT in EVENTS for event in events)


async def test_one_transactions_events_keep_their_order(store: Store, records: Records) -> None:
    events = [records.event() for _ in range(6)]
    async with store.transaction():
        await store.outbox.add(*events[:2])
        await store.outbox.add()
        async with store.transaction():
            await store.outbox.add(events[2])
        await store.outbox.add(*events[3:])
    assert await unsent_events(store) == events


async def test_the_oldest_come_first_up_to_the_limit(store: Store, records: Records) -> None:
    events = [records.event() for _ in range(5)]
    for event in events:
        await add(store, event)
    assert await unsent_events(store, limit=2) == events[:2]
    assert await unsent_events(store, limit=5) == events


async def test_sent_messages_never_come_again(store: Store, records: Records) -> None:
    events = [records.event() for _ in range(4)]
    await add(store, *events)
    messages = await store.outbox.unsent(10)
    async with store.transaction():
        await store.outbox.mark_sent([messages[2].id, messages[0].id])
        assert await unsent_events(store) == [events[1], events[3]]
    assert await unsent_events(store) == [events[1], events[3]]
    async with store.transaction():
        await store.outbox.mark_sent([m.id for m in messages])
        await store.outbox.mark_sent([])
    await add(store, last := records.event())
    assert await unsent_events(store) == [last]


async def test_rolled_back_events_are_absent_and_block_nothing(
    store: Store, records: Records
) -> None:
    kept = [records.event() for _ in range(4)]
    await add(store, kept[0], kept[1])
    sent = [message.id for message in await store.outbox.unsent(1)]

    async def add_and_fail() -> None:
        async with store.transaction():
            await store.outbox.add(records.event())
            await store.outbox.mark_sent(sent)
            raise Boom

    with pytest.raises(Boom):
        await add_and_fail()
    await add(store, kept[2])
    with pytest.raises(Boom):
        await add_and_fail()
    await add(store, kept[3])
    assert await unsent_events(store) == kept


async def test_messages_of_those_who_wait_for_each_other_are_in_commit_order(
    store: Store, records: Records
) -> None:
    committed: list[Event] = []
    payment = records.payment()

    async def work(pauses: int) -> None:
        event = records.event()
        async with store.transaction():
            for _ in range(pauses):
                await asyncio.sleep(0)
            await store.payments.open_or_lock(payment)
            await store.outbox.add(event)
            for _ in range(5 - pauses):
                await asyncio.sleep(0)
            committed.append(event)

    await asyncio.wait_for(
        asyncio.gather(*(work(pauses) for pauses in (5, 0, 3, 1, 4, 2))), PATIENCE
    )
    assert await unsent_events(store) == committed


async def test_message_is_visible_only_after_its_commit(store: Store, records: Records) -> None:
    await add(store, old := records.event())
    async with store.transaction():
        await store.outbox.add(new := records.event())
        seen = await asyncio.wait_for(asyncio.create_task(unsent_events(store)), PATIENCE)
        assert seen == [old]
        assert await unsent_events(store) == [old, new]
    assert await unsent_events(store) == [old, new]


async def test_waiting_relay_wakes_for_every_commit(store: Store, records: Records) -> None:
    relayed: list[Event] = []

    async def relay() -> None:
        while len(relayed) < 6:
            while not (messages := await store.outbox.unsent(10)):
                await store.outbox.wait()
            async with store.transaction():
                await store.outbox.mark_sent([message.id for message in messages])
            relayed.extend(message.event for message in messages)

    task = asyncio.create_task(relay())
    events = [records.event() for _ in range(6)]
    await add(store, events[0])
    await add(store, events[1], events[2])
    for pauses, event in enumerate(events[3:]):
        for _ in range(10 * pauses):
            await asyncio.sleep(0)
        await add(store, event)
    await asyncio.wait_for(task, PATIENCE)
    assert relayed == events


async def test_waiting_ends_at_once_for_what_was_added_before(
    store: Store, records: Records
) -> None:
    await add(store, records.event())
    await asyncio.wait_for(store.outbox.wait(), PATIENCE)


async def test_events_read_in_a_savepoint_that_is_undone_are_as_before_it(
    store: Store, records: Records
) -> None:
    before, undone, after = records.event(), records.event(), records.event()

    async def add_and_fail() -> None:
        async with store.transaction.savepoint():
            await store.outbox.add(undone)
            assert await unsent_events(store) == [before, undone]
            raise Boom

    async with store.transaction():
        await store.outbox.add(before)
        with pytest.raises(Boom):
            await add_and_fail()
        await store.outbox.add(after)
        assert await unsent_events(store) == [before, after]
    assert await unsent_events(store) == [before, after]
