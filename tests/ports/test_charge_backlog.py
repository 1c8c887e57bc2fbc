"""Contract of ChargeBacklog: the orders that wait for their turn to be charged."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.events import PaymentRequested
from solebook.ports.language.ids import UserId
from solebook.ports.language.orders import CancelReason, OrderStatus, PaymentStatus
from solebook.ports.language.payments import Payment
from solebook.ports.language.steps import Cancelled, RecordedStep

from .records import Records
from .shard import Shard

CHARGE = "payments.charge_buyer:payment.requested"
SECOND = timedelta(seconds=1)


async def opened(shard: Shard, records: Records) -> Payment:
    """Return the payment of a new order in a new book."""
    return (await shard.trade(records.book())).payment


async def put(store: Store, payment: Payment) -> None:
    async with store.transaction():
        await store.payments.open_or_lock(payment)
        await store.payments.save(payment)


async def of_the_same_buyer(
    store: Store, shard: Shard, records: Records, buyer_id: UserId, **fields: object
) -> None:
    """Store another payment of a buyer."""
    other = await opened(shard, records)
    await put(store, replace(other, buyer_id=buyer_id, **fields))  # type: ignore[arg-type]  # any


async def waits(store: Store, instant: datetime) -> bool:
    return await store.charge_backlog.waits_since_before(instant, consumers=[CHARGE, "other"])


async def test_order_without_an_attempt_waits_from_its_match(
    store: Store, records: Records, shard: Shard
) -> None:
    payment = await opened(shard, records)
    assert await waits(store, payment.created_at + SECOND)
    assert not await waits(store, payment.created_at)


async def test_nothing_waits_in_an_empty_store(store: Store, records: Records) -> None:
    assert not await waits(store, records.instant)


async def test_order_with_an_attempt_is_not_in_the_backlog(
    store: Store, records: Records, shard: Shard
) -> None:
    payment = await opened(shard, records)
    await put(store, replace(payment, attempted_at=records.instant))
    assert not await waits(store, payment.created_at + SECOND)


@pytest.mark.parametrize("status", sorted(set(PaymentStatus) - {PaymentStatus.PENDING}))
async def test_decided_payment_is_not_in_the_backlog(
    store: Store, records: Records, shard: Shard, status: PaymentStatus
) -> None:
    payment = await opened(shard, records)
    await put(store, replace(payment, status=status))
    assert not await waits(store, payment.created_at + SECOND)


async def test_ended_order_with_a_pending_payment_is_not_in_the_backlog(
    store: Store, records: Records, shard: Shard
) -> None:
    opening = await shard.trade(records.book())
    event = RecordedStep(opening.order.id, 2, records.instant, Cancelled(CancelReason.GIVEN_UP))
    ended = replace(
        opening.order, version=2, status=OrderStatus.CANCELLED, cancel_reason=CancelReason.GIVEN_UP
    )
    async with store.transaction():
        await store.orders.save(ended, [event])
    assert not await waits(store, opening.payment.created_at + SECOND)


@pytest.mark.parametrize("dead", [False, True])
@pytest.mark.parametrize(("consumer", "counts"), [(CHARGE, False), ("notifications", True)])
async def test_an_order_that_failed_on_its_way_to_the_charge_does_not_count(
    store: Store, records: Records, shard: Shard, consumer: str, counts: bool, dead: bool
) -> None:
    payment = await opened(shard, records)
    event = PaymentRequested(payment.order_id, payment.buyer_id, payment.amount)
    delivery = records.delivery(consumer=consumer, attempts=1, dead=dead)
    message = replace(delivery.message, key=event.key, event=event)
    later = payment.created_at + SECOND
    async with store.transaction():
        await store.deliveries.put(replace(delivery, message=message, attempts=0))
    assert await waits(store, later)
    async with store.transaction():
        await store.deliveries.put(replace(delivery, message=message))
    assert await waits(store, later) == counts
    async with store.transaction():
        await store.deliveries.remove([replace(delivery, message=message)])
    assert await waits(store, later)


async def test_order_behind_an_unanswered_attempt_of_its_buyer_is_not_in_the_backlog(
    store: Store, records: Records, shard: Shard
) -> None:
    payment = await opened(shard, records)
    await of_the_same_buyer(store, shard, records, payment.buyer_id, attempted_at=records.instant)
    assert not await waits(store, payment.created_at + SECOND)
    other = await opened(shard, records)
    assert await waits(store, other.created_at + SECOND)


async def test_order_waits_from_the_answer_to_its_buyers_last_charge(
    store: Store, records: Records, shard: Shard
) -> None:
    payment = await opened(shard, records)
    answered_at = payment.created_at + 10 * SECOND
    await of_the_same_buyer(
        store,
        shard,
        records,
        payment.buyer_id,
        attempted_at=payment.created_at,
        answered_at=answered_at,
        status=PaymentStatus.CAPTURED,
    )
    assert not await waits(store, answered_at)
    assert await waits(store, answered_at + SECOND)
