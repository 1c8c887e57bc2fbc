"""Deadlines that pass, and actions just before or after them."""

from datetime import UTC, datetime, timedelta

import pytest

from solebook.ports.language.deadlines import DeadlineKind
from solebook.ports.language.errors import IllegalMove
from solebook.ports.language.events import DeadlineReached
from solebook.ports.language.orders import (
    CancelReason,
    DeliveryProof,
    OrderStatus,
    PaymentStatus,
    PayoutStatus,
)
from solebook.ports.language.steps import Delivered

from ...exchange import MONDAY, Exchange

INSTANT = timedelta(microseconds=1)
DAY = timedelta(days=1)


async def test_order_that_cannot_be_charged_is_given_up_after_an_hour(
    exchange: Exchange,
) -> None:
    exchange.bus.failing["payments.charge_buyer:payment.requested"] = 100
    order_id = await exchange.match()
    await exchange.later(timedelta(hours=1) - INSTANT)
    assert (await exchange.order(order_id)).status is OrderStatus.PENDING
    await exchange.later(INSTANT)
    order = await exchange.order(order_id)
    assert (order.status, order.cancel_reason, order.payment_status) == (
        OrderStatus.CANCELLED,
        CancelReason.GIVEN_UP,
        PaymentStatus.ABANDONED,
    )
    exchange.bus.failing.clear()


@pytest.mark.parametrize(
    ("status", "wait", "ends", "reason"),
    [
        (
            OrderStatus.CONFIRMED,
            2 * DAY,  # it is Monday
            OrderStatus.CANCELLED,
            CancelReason.SHIPMENT_OVERDUE,
        ),
        (
            OrderStatus.SELLER_SHIPPING,
            14 * DAY,
            OrderStatus.CANCELLED,
            CancelReason.ARRIVAL_OVERDUE,
        ),
        (OrderStatus.SHIPPING_TO_BUYER, 14 * DAY, OrderStatus.DELIVERED, None),
    ],
)
async def test_deadline_applies_at_its_instant(
    exchange: Exchange,
    status: OrderStatus,
    wait: timedelta,
    ends: OrderStatus,
    reason: CancelReason | None,
) -> None:
    order = await exchange.trade(status)
    await exchange.later(wait - INSTANT)
    assert await exchange.order(order.id) == order
    await exchange.later(INSTANT)
    order = await exchange.order(order.id)
    assert (order.status, order.cancel_reason) == (ends, reason)


@pytest.mark.parametrize("status", [OrderStatus.AUTHENTICATING, OrderStatus.AUTH_PASSED])
async def test_order_in_the_warehouse_does_not_change_with_time(
    exchange: Exchange, status: OrderStatus
) -> None:
    order = await exchange.trade(status)
    await exchange.later(365 * DAY)
    assert await exchange.order(order.id) == order


async def test_delivery_is_assumed_without_a_complaint(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.SHIPPING_TO_BUYER)
    await exchange.later(14 * DAY)
    last = (await exchange.store.orders.history(order.id))[-1]
    assert last.step == Delivered(DeliveryProof.ASSUMED)


async def test_the_seller_is_paid_after_the_hold(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await exchange.later(3 * DAY - INSTANT)
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.HELD
    await exchange.later(INSTANT)
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.PAID


# ---- the time to ship ------------------------------------------------------------------------


async def test_a_seller_who_sells_on_friday_ships_by_tuesday(exchange: Exchange) -> None:
    await exchange.clock.advance(4 * DAY)
    order = await exchange.trade()
    assert order.ship_by == datetime(2026, 3, 10, 12, tzinfo=UTC)


async def test_the_time_to_ship_is_extended_once_by_a_day(exchange: Exchange) -> None:
    order = await exchange.trade()
    extended = await exchange.app.orders.extend_shipment(exchange.seller, order.id)
    assert order.ship_by == MONDAY + 2 * DAY
    assert (extended.ship_by, extended.ship_by_extended) == (MONDAY + 3 * DAY, True)
    with pytest.raises(IllegalMove) as refused:
        await exchange.app.orders.extend_shipment(exchange.seller, order.id)
    assert refused.value.legal == ("seller_shipped", "cancelled")
    await exchange.later(3 * DAY - INSTANT)
    assert (await exchange.order(order.id)).status is OrderStatus.CONFIRMED
    await exchange.later(INSTANT)
    assert (await exchange.order(order.id)).cancel_reason is CancelReason.SHIPMENT_OVERDUE


async def test_extension_applies_although_the_deadline_message_is_under_way(
    exchange: Exchange,
) -> None:
    order = await exchange.trade()
    await exchange.clock.advance(2 * DAY)
    await exchange.workers.sweeper.sweep()  # now the deadline is a message
    await exchange.app.orders.extend_shipment(exchange.seller, order.id)
    await exchange.workers.settle()
    assert (await exchange.order(order.id)).status is OrderStatus.CONFIRMED
    await exchange.later(DAY)
    assert (await exchange.order(order.id)).cancel_reason is CancelReason.SHIPMENT_OVERDUE


async def test_seller_who_ships_before_the_sweep_is_in_time(
    exchange: Exchange,
) -> None:
    order = await exchange.trade()
    await exchange.clock.advance(3 * DAY)
    await exchange.ship(order.id)
    assert (await exchange.order(order.id)).status is OrderStatus.SELLER_SHIPPING


# ---- late and duplicate deadlines ------------------------------------------------------------


@pytest.mark.parametrize("status", sorted(set(OrderStatus) - {OrderStatus.DELIVERED}))
async def test_a_deadline_of_another_state_changes_nothing(
    exchange: Exchange, status: OrderStatus
) -> None:
    order = await exchange.trade(status)
    unsent = await exchange.store.outbox.unsent(10)
    others = set(DeadlineKind) - set(_DEADLINES_OF.get(order.status, ()))
    assert others
    for kind in sorted(others):
        await exchange.app.orders.meet_deadline(DeadlineReached(order.id, kind))
        assert await exchange.order(order.id) == order, kind
        assert await exchange.store.outbox.unsent(10) == unsent, kind


_DEADLINES_OF = {
    OrderStatus.PENDING: (DeadlineKind.PAYMENT, DeadlineKind.GIVE_UP),
    OrderStatus.CONFIRMED: (DeadlineKind.SHIPMENT,),
    OrderStatus.SELLER_SHIPPING: (DeadlineKind.ARRIVAL,),
    OrderStatus.AUTHENTICATING: (DeadlineKind.CLAIM, DeadlineKind.REVIEW),
    OrderStatus.AUTH_PASSED: (DeadlineKind.DISPATCH,),
    OrderStatus.SHIPPING_TO_BUYER: (DeadlineKind.DELIVERY, DeadlineKind.TRANSIT),
    OrderStatus.AUTH_FAILED: (DeadlineKind.RETURN,),
}


async def test_a_hold_that_ends_twice_pays_once(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    reached = DeadlineReached(order.id, DeadlineKind.PAYOUT)
    for _ in range(3):
        await exchange.app.orders.meet_deadline(reached)
    await exchange.workers.settle()
    await exchange.app.orders.meet_deadline(reached)
    await exchange.later(3 * DAY)
    assert (await exchange.happened(order.id)).count("payout_paid") == 1
    assert (await exchange.told(order.id)).count("payout.paid") == 1


async def test_captured_payment_beats_the_deadline_before_its_event_arrives(
    exchange: Exchange,
) -> None:
    order_id = await exchange.match()
    exchange.bus.failing["orders.continue_saga:payment.captured"] = 2
    await exchange.workers.settle()
    assert (await exchange.payment(order_id)).status is PaymentStatus.CAPTURED
    await exchange.later(timedelta(hours=1))
    await exchange.quiet()
    assert (await exchange.order(order_id)).status is OrderStatus.CONFIRMED
