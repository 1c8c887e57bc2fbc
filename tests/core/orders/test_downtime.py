"""Downtime does not count against people."""

from datetime import timedelta

import pytest

from solebook.adapters.embedded import tokens
from solebook.composition.engine import engine_of
from solebook.ports.language.complaints import ComplaintKind
from solebook.ports.language.errors import ComplaintTooLate
from solebook.ports.language.events import PaymentOverdue
from solebook.ports.language.ids import OrderId
from solebook.ports.language.orders import CancelReason, OrderStatus, PayoutStatus
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.steps import PutOff
from solebook.ports.language.users import Role

from ...exchange import MONDAY, Exchange, build_exchange
from .walks import RULES

INSTANT = timedelta(microseconds=1)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
AWAY = timedelta(days=5)


async def restarted(before: Exchange, down: timedelta = AWAY) -> Exchange:
    """Kill the exchange, and start another process on its store after the downtime."""
    await engine_of(before.app).stop()
    await before.clock.advance(down)
    after = before.in_another_process()
    await after.reopen(before)
    await after.workers.settle()
    return after


async def complain(exchange: Exchange, order_id: OrderId, kind: ComplaintKind) -> None:
    await exchange.app.orders.complain(exchange.buyer, order_id, kind=kind, reason="odd")


# ---- the time to act -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "window", "ends"),
    [
        (OrderStatus.CONFIRMED, 2 * DAY, OrderStatus.CANCELLED),
        (OrderStatus.SELLER_SHIPPING, RULES.arrival_window, OrderStatus.CANCELLED),
        (OrderStatus.SHIPPING_TO_BUYER, RULES.delivery_window, OrderStatus.DELIVERED),
    ],
)
async def test_deadline_is_put_off_by_the_downtime(
    exchange: Exchange, status: OrderStatus, window: timedelta, ends: OrderStatus
) -> None:
    order = await exchange.trade(status)
    await exchange.later(HOUR)
    exchange = await restarted(exchange, down=30 * DAY)
    assert (await exchange.order(order.id)).status is status
    await exchange.later(window - HOUR - INSTANT)
    assert (await exchange.order(order.id)).status is status
    await exchange.later(INSTANT)
    assert (await exchange.order(order.id)).status is ends


async def test_seller_sees_the_new_ship_by_and_its_reason(exchange: Exchange) -> None:
    order = await exchange.trade()
    exchange = await restarted(exchange)
    after = await exchange.order(order.id)
    assert after.ship_by == MONDAY + 2 * DAY + AWAY
    last = (await exchange.store.orders.history(order.id))[-1].step
    assert last == PutOff(MONDAY, MONDAY + AWAY, ship_by=after.ship_by)
    extended = await exchange.app.orders.extend_shipment(exchange.seller, order.id)
    assert extended.ship_by == after.ship_by + RULES.shipment_extension


async def test_seller_can_ship_after_a_downtime(exchange: Exchange) -> None:
    order = await exchange.trade()
    exchange = await restarted(exchange)
    await exchange.ship(order.id)
    assert (await exchange.order(order.id)).status is OrderStatus.SELLER_SHIPPING


async def test_buyer_with_a_pending_charge_has_the_complete_payment_window(
    exchange: Exchange,
) -> None:
    buyer = await exchange.new_buyer(tokens.CARD_THAT_STAYS_PENDING)
    order_id = await exchange.match(buyer=buyer)
    await exchange.workers.settle()
    await exchange.later(10 * MINUTE)
    exchange = await restarted(exchange, down=10 * MINUTE)
    await exchange.later(5 * MINUTE - INSTANT)
    assert (await exchange.order(order_id)).status is OrderStatus.PENDING
    await exchange.later(INSTANT)
    assert (await exchange.order(order_id)).cancel_reason is CancelReason.PAYMENT_OVERDUE


async def test_payment_that_was_put_off_is_not_given_up(
    exchange: Exchange,
) -> None:
    buyer = await exchange.new_buyer(tokens.CARD_THAT_STAYS_PENDING)
    order = await exchange.order(await exchange.match(buyer=buyer))
    await exchange.workers.settle()
    exchange = await restarted(exchange, down=2 * HOUR)  # now it would be given up
    await exchange.app.payments.abandon_payment(
        PaymentOverdue(order.id, order.buyer_id, order.matched_at)
    )
    await exchange.later(RULES.payment_window - INSTANT)
    assert (await exchange.order(order.id)).status is OrderStatus.PENDING
    await exchange.later(INSTANT)
    assert (await exchange.order(order.id)).cancel_reason is CancelReason.PAYMENT_OVERDUE


# ---- the time to complain --------------------------------------------------------------------


async def test_downtime_does_not_shorten_the_complaint_window(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await exchange.later(DAY)
    exchange = await restarted(exchange)
    shown = await exchange.app.orders.view_order(exchange.buyer, order.id)
    assert shown.complain_by == MONDAY + 3 * DAY + AWAY
    await exchange.later(2 * DAY - INSTANT)
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.HELD
    await complain(exchange, order.id, ComplaintKind.NOT_AS_DESCRIBED)
    await exchange.later(AWAY)
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.HELD


async def test_seller_is_paid_after_the_complaint_window(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await exchange.later(DAY)
    exchange = await restarted(exchange)
    await exchange.later(2 * DAY)
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.PAID
    with pytest.raises(ComplaintTooLate) as refused:
        await complain(exchange, order.id, ComplaintKind.NOT_AS_DESCRIBED)
    assert refused.value.until == MONDAY + 3 * DAY + AWAY


async def test_complaint_window_is_extended_after_the_payout() -> None:
    exchange = build_exchange(rules=MarketRules(payout_hold=HOUR))
    await exchange.open()
    order = await exchange.trade(OrderStatus.DELIVERED)
    await exchange.later(DAY)
    exchange = await restarted(exchange)
    await exchange.later(2 * DAY - INSTANT)
    await complain(exchange, order.id, ComplaintKind.NOT_AS_DESCRIBED)
    await engine_of(exchange.app).stop()


async def dismissed(exchange: Exchange, order_id: OrderId) -> None:
    await complain(exchange, order_id, ComplaintKind.NOT_AS_DESCRIBED)
    await exchange.app.orders.decide_complaint(
        exchange.admin, order_id, in_favour_of=Role.SELLER, reason="it is the right pair"
    )


async def test_payout_is_not_put_off_if_no_complaint_is_possible(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await dismissed(exchange, order.id)
    await exchange.later(DAY)
    exchange = await restarted(exchange)
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.PAID


# ---- what does not change --------------------------------------------------------------------


@pytest.mark.parametrize("down", [INSTANT, timedelta(seconds=60)])
async def test_a_short_restart_changes_nothing(exchange: Exchange, down: timedelta) -> None:
    order = await exchange.trade()
    exchange = await restarted(exchange, down=down)
    assert await exchange.order(order.id) == order


async def test_deadline_due_before_the_downtime_applies(exchange: Exchange) -> None:
    order = await exchange.trade()
    await exchange.clock.advance(2 * DAY)
    async with exchange.store.transaction():
        await exchange.store.signs_of_life.note(exchange.clock.now())
    exchange = await restarted(exchange)
    assert (await exchange.order(order.id)).cancel_reason is CancelReason.SHIPMENT_OVERDUE


async def test_late_complaint_stays_late_after_a_downtime(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await exchange.later(3 * DAY)
    exchange = await restarted(exchange)
    assert (await exchange.happened(order.id))[-1] == "payout_paid"
    with pytest.raises(ComplaintTooLate):
        await complain(exchange, order.id, ComplaintKind.NOT_AS_DESCRIBED)


async def test_alarms_are_not_put_off(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.AUTHENTICATING)
    exchange = await restarted(exchange)
    assert "alarm.raised" in await exchange.told(order.id)


async def test_deadlines_are_put_off_once_per_downtime(exchange: Exchange) -> None:
    order = await exchange.trade()
    exchange = await restarted(exchange)
    once = await exchange.order(order.id)
    exchange = await restarted(exchange, down=INSTANT)
    assert await exchange.order(order.id) == once


async def test_every_downtime_puts_deadlines_off(exchange: Exchange) -> None:
    order = await exchange.trade()
    exchange = await restarted(await restarted(exchange), down=HOUR)
    assert (await exchange.order(order.id)).ship_by == MONDAY + 2 * DAY + AWAY + HOUR
