"""The contract of Deadlines."""

from dataclasses import replace
from datetime import timedelta

from solebook.composition.adapters import Store
from solebook.ports.language.deadlines import DeadlineKind
from solebook.ports.language.traces import Trace, within

from .records import Records


async def test_a_deadline_has_the_trace_in_which_it_was_set(store: Store, records: Records) -> None:
    trace = Trace("1" * 32, "2" * 16, is_sampled=True)
    deadline = records.deadline(records.order_id(), kind=DeadlineKind.ARRIVAL)
    async with store.transaction():
        with within(trace):
            await store.deadlines.set(deadline)
    assert [d.trace for d in await store.deadlines.of(deadline.order_id)] == [trace.traceparent]
    async with store.transaction():
        await store.deadlines.set(deadline)
    assert [d.trace for d in await store.deadlines.of(deadline.order_id)] == [None]


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


async def test_of_what_one_transaction_does_to_a_deadline_the_last_counts(
    store: Store, records: Records
) -> None:
    kinds = DeadlineKind.ARRIVAL, DeadlineKind.CLAIM
    order_id, other = records.order_id(), records.deadline(records.order_id())
    arrival, claim = (records.deadline(order_id, kind=kind) for kind in kinds)
    later = replace(claim, due_at=claim.due_at + timedelta(hours=1))
    async with store.transaction():
        await store.deadlines.set(other)
        await store.deadlines.set(arrival)
        await store.deadlines.set(claim)
        await store.deadlines.clear(order_id, kinds)
        assert list(await store.deadlines.of(order_id)) == []
        await store.deadlines.set(claim)
        await store.deadlines.set(later)
        await store.deadlines.set(arrival)
        await store.deadlines.clear(order_id, [DeadlineKind.ARRIVAL])
    assert list(await store.deadlines.of(order_id)) == [later]
    assert list(await store.deadlines.of(other.order_id)) == [other]
