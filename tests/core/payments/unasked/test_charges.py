"""Unasked charges, and charges of a wrong amount."""

from datetime import timedelta
from uuid import UUID

import pytest

from solebook.adapters.embedded import tokens
from solebook.ports.language.ids import OrderId
from solebook.ports.language.orders import OrderStatus, PaymentStatus
from solebook.ports.language.payments import Webhook, WebhookKind

from ....exchange import Exchange
from ..reports import (
    FROZEN,
    TOTAL,
    alarms,
    charge_of,
    dashboard,
    in_escrow,
    in_suspense,
    report,
    told_of_everything,
    told_of_latest,
)

CHARGE = "payments.charge_buyer:payment.requested"
NOWHERE = OrderId(UUID(int=1))


@pytest.mark.parametrize(
    ("card", "amount"), [(tokens.CARD_CHARGED_HALF, 10_700), (tokens.CARD_CHARGED_DOUBLE, 42_800)]
)
async def test_charge_of_a_wrong_amount_waits_for_an_admin(
    exchange: Exchange, card: str, amount: int
) -> None:
    order_id = await exchange.match(buyer=await exchange.new_buyer(card))
    await exchange.workers.settle()
    await told_of_everything(exchange)
    order, payment = await exchange.order(order_id), await exchange.payment(order_id)
    assert (order.status, order.freezes) == (OrderStatus.PENDING, FROZEN)
    assert (payment.status, payment.amount) == (PaymentStatus.CAPTURED, amount)
    assert await in_escrow(exchange, order_id) == amount
    (note,) = await alarms(exchange, order_id)
    assert ", not 214.00" in note

    await exchange.later(timedelta(days=30))  # no deadline decides it
    assert (await exchange.order(order_id)).status is OrderStatus.PENDING

    await exchange.app.orders.release_payout(exchange.admin, order_id, reason="to look at it")
    assert await alarms(exchange, order_id) == [note]  # a release does not make it paid

    await exchange.app.orders.cancel_order(exchange.admin, order_id, reason="a wrong amount")
    await exchange.quiet()
    order = await exchange.order(order_id)
    assert (order.status, order.payment_status) == (OrderStatus.CANCELLED, PaymentStatus.REFUNDED)
    assert await exchange.provider.balance() == 0
    assert await in_escrow(exchange, order_id) == 0


async def test_a_second_charge_waits_in_suspense_and_freezes_the_order(
    exchange: Exchange,
) -> None:
    order = await exchange.trade()
    second = await dashboard(exchange).charge(order.id, 5_000)
    for _ in range(2):
        await told_of_latest(exchange)
    after = await exchange.order(order.id)
    assert (after.status, after.freezes) == (OrderStatus.CONFIRMED, FROZEN)
    assert await in_escrow(exchange, order.id) == TOTAL
    assert await in_suspense(exchange, second.id) == 5_000
    (note,) = await alarms(exchange, order.id)
    assert "in addition to the order's charge" in note


async def test_a_refund_of_a_second_charge_leaves_the_orders_own_alone(exchange: Exchange) -> None:
    order = await exchange.trade()
    second = await dashboard(exchange).charge(order.id, 5_000)
    await dashboard(exchange).refund(second.id, 5_000)
    await told_of_everything(exchange)
    assert await in_suspense(exchange, second.id) == 0
    assert (await exchange.payment(order.id)).refunded == 0
    assert await in_escrow(exchange, order.id) == TOTAL


async def test_charge_after_a_decline_is_refunded_with_an_alarm(
    exchange: Exchange,
) -> None:
    buyer = await exchange.new_buyer(tokens.DECLINED_CARD)
    order_id = await exchange.match(buyer=buyer)
    await exchange.workers.settle()
    await dashboard(exchange).charge(order_id, 5_000)
    await told_of_latest(exchange)
    assert (await exchange.payment(order_id)).status is PaymentStatus.REFUNDED
    assert await exchange.provider.balance() == 0
    assert len(await alarms(exchange, order_id)) == 1


async def test_unasked_charge_of_an_ended_order_is_refunded_with_an_alarm(
    exchange: Exchange,
) -> None:
    exchange.bus.failing[CHARGE] = 4
    order_id = await exchange.match()
    await exchange.app.orders.cancel_order(exchange.admin, order_id, reason="a mistake")
    await exchange.quiet()
    await dashboard(exchange).charge(order_id, TOTAL)
    await told_of_latest(exchange)
    assert (await exchange.order(order_id)).payment_status is PaymentStatus.REFUNDED
    assert await exchange.provider.balance() == 0
    assert len(await alarms(exchange, order_id)) == 1


async def test_a_charge_for_no_order_waits_in_suspense_with_an_alarm_of_no_order(
    exchange: Exchange,
) -> None:
    nobodys = await dashboard(exchange).charge(None, 5_000)
    unknown = await dashboard(exchange).charge(NOWHERE, 7_000)
    await told_of_everything(exchange)
    assert await in_suspense(exchange, nobodys.id) == 5_000
    assert await in_suspense(exchange, unknown.id) == 7_000
    assert len(await alarms(exchange, None)) == 1  # counted twice


async def test_charge_reported_without_its_order_is_assigned_by_the_answer(
    exchange: Exchange,
) -> None:
    order_id = await exchange.match(buyer=await exchange.new_buyer(tokens.CARD_THAT_TIMES_OUT))
    await exchange.workers.settle()
    found = await exchange.provider.find_charge(order_id)
    charge_id = getattr(found, "id", "")
    kind = WebhookKind.CHARGE_CAPTURED
    await report(exchange, Webhook("evt_1", kind, None, charge_id, TOTAL))
    assert await in_suspense(exchange, charge_id) == TOTAL
    await exchange.quiet()
    assert (await exchange.order(order_id)).status is OrderStatus.CONFIRMED
    assert await in_suspense(exchange, charge_id) == 0
    assert await in_escrow(exchange, order_id) == TOTAL


async def test_contradictory_amount_is_not_booked_twice(
    exchange: Exchange,
) -> None:
    order = await exchange.trade()
    charge_id, kind = await charge_of(exchange, order.id), WebhookKind.CHARGE_CAPTURED
    await report(exchange, Webhook("evt_1", kind, order.id, charge_id, 100))
    assert (await exchange.order(order.id)).freezes == FROZEN
    assert await in_escrow(exchange, order.id) == TOTAL
    (note,) = await alarms(exchange, order.id)
    assert "1.00 now, and 214.00 before" in note


async def test_decline_of_a_captured_payment_raises_an_alarm(exchange: Exchange) -> None:
    order = await exchange.trade()
    await report(exchange, Webhook("evt_1", WebhookKind.CHARGE_DECLINED, order.id))
    after = await exchange.order(order.id)
    assert (after.status, after.freezes) == (OrderStatus.CONFIRMED, FROZEN)
    assert len(await alarms(exchange, order.id)) == 1


async def test_decline_for_no_known_order_raises_an_alarm(exchange: Exchange) -> None:
    await report(exchange, Webhook("evt_1", WebhookKind.CHARGE_DECLINED, NOWHERE))
    await report(exchange, Webhook("evt_2", WebhookKind.CHARGE_DECLINED, None))
    assert len(await alarms(exchange, None)) == 1
