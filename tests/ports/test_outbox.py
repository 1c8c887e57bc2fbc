"""Contracts of Outbox, Inbox and Deadlines."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.ports.language.deadlines import DeadlineKind
from solebook.ports.language.errors import Outdated
from solebook.ports.language.events import (
    EVENTS,
    DeadlineReached,
    Event,
    GatewayReported,
    NotificationRequested,
    OrderCancelled,
    OrderConfirmed,
    PaymentDeclined,
    ProductChanged,
    UserRegistered,
)
from solebook.ports.language.ids import MessageId, NotificationId
from solebook.ports.language.market import Condition
from solebook.ports.language.notifications import Channel, NotificationKind
from solebook.ports.language.orders import CancelReason
from solebook.ports.language.priority import Priority

from .records import Records

PATIENCE = 5.0


class Boom(Exception):
    """Something went wrong inside a block."""


async def add(store: Store, *events: Event) -> None:
    async with store.transaction():
        await store.outbox.add(*events)


async def unsent_events(store: Store, limit: int = 100) -> list[Event]:
    return [message.event for message in await store.outbox.unsent(limit)]


# ---- Outbox --------------------------------------------------------------------------------------


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
        GatewayReported("evt_1"),
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


async def test_messages_are_in_commit_order(store: Store, records: Records) -> None:
    committed: list[Event] = []

    async def work(pauses: int) -> None:
        event = records.event()
        async with store.transaction():
            for _ in range(pauses):
                await asyncio.sleep(0)
            await store.deadlines.set(records.deadline(records.order_id()))
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


# ---- Inbox ---------------------------------------------------------------------------------------


async def note(store: Store, consumer: str, message_id: MessageId, records: Records) -> bool:
    """Note that a message is handled. Return False if it was noted before."""
    try:
        async with store.transaction():
            await store.inbox.note([(consumer, message_id)], records.instant)
    except Outdated:
        return False
    return True


async def test_a_consumer_handles_a_message_once(store: Store, records: Records) -> None:
    one, two = records.message().id, records.message().id
    assert not await store.inbox.contains("welcome", one)
    assert await note(store, "welcome", one, records) is True
    assert await note(store, "welcome", one, records) is False
    assert await note(store, "audit", one, records) is True
    assert await note(store, "welcome", two, records) is True
    assert await store.inbox.contains("welcome", one)
    assert await store.inbox.contains("audit", one)
    assert not await store.inbox.contains("audit", two)


async def test_notes_of_many_messages_are_made_and_read_at_once(
    store: Store, records: Records
) -> None:
    one, two, three = (records.message().id for _ in range(3))
    notes = [("welcome", one), ("audit", one), ("welcome", two)]
    async with store.transaction():
        await store.inbox.note(notes, records.instant)
        await store.inbox.note([], records.instant)
    assert await store.inbox.notes_of([one, two, three]) == set(notes)
    assert await store.inbox.notes_of([three]) == await store.inbox.notes_of([]) == set()


async def test_notes_with_a_duplicate_are_refused(store: Store, records: Records) -> None:
    one, two = (records.message().id for _ in range(2))
    assert await note(store, "welcome", one, records)
    with pytest.raises(Outdated):
        async with store.transaction():
            await store.inbox.note([("welcome", two), ("welcome", one)], records.instant)
    assert await store.inbox.notes_of([one, two]) == {("welcome", one)}


async def test_rolled_back_message_was_not_handled(store: Store, records: Records) -> None:
    message_id = records.message().id

    async def handle_and_fail() -> None:
        async with store.transaction():
            await store.inbox.note([("welcome", message_id)], records.instant)
            assert await store.inbox.contains("welcome", message_id)
            raise Boom

    with pytest.raises(Boom):
        await handle_and_fail()
    assert not await store.inbox.contains("welcome", message_id)
    assert await note(store, "welcome", message_id, records) is True


async def test_only_one_of_many_concurrent_handlers_notes_a_message(
    store: Store, records: Records
) -> None:
    message_id = records.message().id
    noted = await asyncio.gather(*(note(store, "welcome", message_id, records) for _ in range(5)))
    assert sum(noted) == 1


async def test_old_notes_are_forgotten_and_counted(store: Store, records: Records) -> None:
    ids = [records.message().id for _ in range(4)]
    async with store.transaction():
        for minute, message_id in enumerate(ids):
            at = records.instant + timedelta(minutes=minute)
            await store.inbox.note([("welcome", message_id)], at)
        assert await store.inbox.forget(records.instant + timedelta(minutes=2)) == 2
    async with store.transaction():
        assert await store.inbox.forget(records.instant + timedelta(minutes=2)) == 0
    known = [await store.inbox.contains("welcome", message_id) for message_id in ids]
    assert known == [False, False, True, True]


# ---- Deadlines -----------------------------------------------------------------------------------


async def test_passed_deadlines_come_longest_overdue_first(store: Store, records: Records) -> None:
    now = records.instant
    offsets = (-1, -3, 0, 1, -2)
    deadlines = [
        records.deadline(records.order_id(), kind=kind, due_at=now + timedelta(microseconds=us))
        for us, kind in zip(offsets, DeadlineKind, strict=False)  # some of the kinds
    ]
    async with store.transaction():
        for deadline in deadlines:
            await store.deadlines.set(deadline)
    overdue = [deadlines[n] for n in (1, 4, 0, 2)]
    assert list(await store.deadlines.due(now, 10)) == overdue
    assert list(await store.deadlines.due(now, 3)) == overdue[:3]
    assert list(await store.deadlines.due(now - timedelta(days=1), 10)) == []


async def test_deadlines_of_some_kinds_that_run_after_an_instant_are_found(
    store: Store, records: Records
) -> None:
    now, second = records.instant, timedelta(seconds=1)
    arrival, claim, payment = DeadlineKind.ARRIVAL, DeadlineKind.CLAIM, DeadlineKind.PAYMENT
    deadlines = {
        (kind, after): records.deadline(records.order_id(), kind=kind, due_at=now + after)
        for kind in (arrival, claim, payment)
        for after in (-second, timedelta(0), second)
    }
    async with store.transaction():
        for deadline in deadlines.values():
            await store.deadlines.set(deadline)
    found = await store.deadlines.running([arrival, payment], now)
    assert {one.order_id for one in found} == {
        deadlines[arrival, second].order_id,
        deadlines[payment, second].order_id,
    }
    assert set(found) <= set(deadlines.values())
    assert list(await store.deadlines.running([], now)) == []


async def test_a_deadline_replaces_the_orders_earlier_one_of_its_kind(
    store: Store, records: Records
) -> None:
    order_id, now = records.order_id(), records.instant
    earlier = records.deadline(order_id, kind=DeadlineKind.SHIPMENT)
    later = records.deadline(order_id, kind=DeadlineKind.SHIPMENT, due_at=now + timedelta(hours=24))
    payment = records.deadline(order_id, kind=DeadlineKind.PAYMENT)
    other = records.deadline(records.order_id(), kind=DeadlineKind.SHIPMENT)
    async with store.transaction():
        for deadline in (earlier, payment, other, later):
            await store.deadlines.set(deadline)
    due = await store.deadlines.due(now, 10)
    assert {(d.order_id, d.kind) for d in due} == {
        (order_id, DeadlineKind.PAYMENT),
        (other.order_id, DeadlineKind.SHIPMENT),
    }
    assert later in await store.deadlines.due(now + timedelta(hours=24), 10)
    assert earlier not in await store.deadlines.due(now + timedelta(hours=24), 10)


async def test_an_orders_deadlines_are_those_that_run(store: Store, records: Records) -> None:
    order_id = records.order_id()
    first = records.deadline(order_id)
    second = replace(first, kind=DeadlineKind.DELIVERY)
    async with store.transaction():
        for deadline in (first, second, records.deadline(records.order_id())):
            await store.deadlines.set(deadline)
    assert set(await store.deadlines.of(order_id)) == {first, second}
    async with store.transaction():
        await store.deadlines.clear(order_id, [first.kind])
    assert await store.deadlines.of(order_id) == [second]
    assert list(await store.deadlines.of(records.order_id())) == []


async def test_cleared_deadlines_never_fall_due(store: Store, records: Records) -> None:
    order_id = records.order_id()
    other = records.deadline(records.order_id(), kind=DeadlineKind.PAYMENT)
    async with store.transaction():
        for kind in DeadlineKind:
            await store.deadlines.set(records.deadline(order_id, kind=kind))
        await store.deadlines.set(other)
    async with store.transaction():
        await store.deadlines.clear(order_id, [DeadlineKind.PAYMENT, DeadlineKind.DELIVERY])
        await store.deadlines.clear(order_id, [DeadlineKind.PAYMENT])
        await store.deadlines.clear(order_id, [])
        await store.deadlines.clear(records.order_id(), list(DeadlineKind))
    due = await store.deadlines.due(records.instant, 100)
    cleared = {DeadlineKind.PAYMENT, DeadlineKind.DELIVERY}
    assert {(d.order_id, d.kind) for d in due} == {
        *((order_id, kind) for kind in set(DeadlineKind) - cleared),
        (other.order_id, DeadlineKind.PAYMENT),
    }
