"""Unasked refunds, also together with requested ones."""

from dataclasses import replace

import pytest

from solebook.adapters.embedded import tokens
from solebook.ports.language.complaints import Bearer
from solebook.ports.language.orders import OrderStatus, PaymentStatus
from solebook.ports.language.payments import PayoutState

from ....exchange import Exchange
from ..reports import (
    FROZEN,
    HOLD,
    REFUND,
    TOTAL,
    alarms,
    charge_of,
    dashboard,
    in_escrow,
    in_suspense,
    paid_order,
    refund,
    refunded,
    report,
    told_of_everything,
    told_of_latest,
)

UNDER_WAY = [
    OrderStatus.CONFIRMED,
    OrderStatus.SELLER_SHIPPING,
    OrderStatus.AUTHENTICATING,
    OrderStatus.AUTH_PASSED,
    OrderStatus.SHIPPING_TO_BUYER,
    OrderStatus.DELIVERED,
]


# ---- a part, in every state ------------------------------------------------------------------


@pytest.mark.parametrize("status", UNDER_WAY)
async def test_an_unasked_part_is_booked_and_freezes_the_payout_of_an_order_under_way(
    exchange: Exchange, status: OrderStatus
) -> None:
    order = await exchange.trade(status)
    await refund(exchange, order.id, 100)
    after = await exchange.order(order.id)
    assert (after.status, after.payment_status) == (status, PaymentStatus.CAPTURED)
    assert (after.freezes, after.refunded_unasked) == (FROZEN, 100)
    assert await in_escrow(exchange, order.id) == 21_300
    (note,) = await alarms(exchange, order.id)
    assert note.startswith("The provider made an unasked refund of 1.00")
    assert "payment_refunded_unasked" in await exchange.happened(order.id)


async def test_an_unasked_part_of_an_order_that_does_not_know_yet_that_it_is_paid(
    exchange: Exchange,
) -> None:
    exchange.bus.failing["orders.continue_saga:payment.captured"] = 1
    order_id = await exchange.match()
    await exchange.workers.settle()
    await refund(exchange, order_id, 100)
    order = await exchange.order(order_id)
    assert (order.status, order.freezes) == (OrderStatus.PENDING, FROZEN)
    await exchange.quiet()
    order = await exchange.order(order_id)
    assert (order.status, order.freezes) == (OrderStatus.CONFIRMED, FROZEN)
    assert await in_escrow(exchange, order_id) == 21_300


async def test_a_seller_is_not_paid_from_an_escrow_that_is_short(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await refund(exchange, order.id, 100)
    await exchange.later(HOLD)
    assert await exchange.store.payouts.find(order.id) is None
    await exchange.app.orders.release_payout(exchange.admin, order.id, reason="by mistake")
    await exchange.workers.settle()
    assert await exchange.store.payouts.find(order.id) is None
    assert (await exchange.order(order.id)).freezes == FROZEN
    assert any("who bears the rest?" in note for note in await alarms(exchange, order.id))


async def test_unasked_refund_after_the_payout_leaves_a_shortfall(
    exchange: Exchange,
) -> None:
    order = await paid_order(exchange)
    await refund(exchange, order.id, 100)
    assert await in_escrow(exchange, order.id) == -100
    assert len(await alarms(exchange, order.id)) == 1
    assert (await exchange.payout(order.id)).state is PayoutState.PAID


@pytest.mark.parametrize("status", [OrderStatus.CANCELLED, OrderStatus.AUTH_FAILED])
async def test_more_than_is_left_of_a_refunded_charge_is_not_booked(
    exchange: Exchange, status: OrderStatus
) -> None:
    order = await exchange.trade(status)
    event = refunded(
        order.id, "evt_1", 100, charge_id=await charge_of(exchange, order.id), reference="re_1"
    )
    await report(exchange, event)
    assert await in_escrow(exchange, order.id) == 0
    assert (await exchange.payment(order.id)).refunded == TOTAL
    (note,) = await alarms(exchange, order.id)
    assert "Only 0.00 was left" in note


async def test_refund_is_booked_up_to_what_is_left(exchange: Exchange) -> None:
    order = await exchange.trade()
    await refund(exchange, order.id, 21_000)
    await dashboard(exchange).refund(await charge_of(exchange, order.id), 400)
    await report(exchange, refunded(order.id, "evt_1", 500, reference="re_1"))
    assert (await exchange.payment(order.id)).refunded == TOTAL
    assert any("Only 4.00 was left" in note for note in await alarms(exchange, order.id))


async def test_parts_that_sum_to_the_whole_leave_nothing_to_refund(exchange: Exchange) -> None:
    order = await exchange.trade()
    for amount in (100, 300, 21_000):
        await refund(exchange, order.id, amount)
    assert await in_escrow(exchange, order.id) == 0
    assert (await exchange.order(order.id)).status is OrderStatus.CONFIRMED
    await exchange.cancel(order.id)
    after = await exchange.order(order.id)
    assert (after.payment_status, after.refund_amount) == (PaymentStatus.REFUNDED, 0)
    assert len(await exchange.provider.webhooks()) == 4
    assert await exchange.provider.balance() == 0


async def test_what_is_refunded_later_is_what_is_left(exchange: Exchange) -> None:
    order = await exchange.trade()
    await refund(exchange, order.id, 100)
    await exchange.cancel(order.id)
    assert await exchange.provider.balance() == 0
    (*_, last) = await exchange.store.orders.history(order.id)
    assert getattr(last.step, "amount", None) == 21_300
    assert (await exchange.order(order.id)).refund_amount == 21_300


# ---- while our own refund is due -------------------------------------------------------------


async def test_known_unasked_part_is_subtracted_from_the_refund(
    exchange: Exchange,
) -> None:
    order = await exchange.trade()
    exchange.bus.failing[REFUND] = 2
    await exchange.cancel(order.id)
    await refund(exchange, order.id, 100)
    await exchange.quiet()
    assert (await exchange.payment(order.id)).refund_asked == 21_300
    assert await exchange.provider.balance() == 0
    assert await in_escrow(exchange, order.id) == 0


async def test_refund_declined_for_an_unknown_part_continues_once_the_part_is_reported(
    exchange: Exchange,
) -> None:
    order = await exchange.trade()
    await refund(exchange, order.id, 100, told=False)
    await exchange.cancel(order.id)
    payment = await exchange.payment(order.id)
    assert (payment.status, payment.refund_declines) == (PaymentStatus.REFUND_DUE, 1)
    assert any("declined to refund 214.00" in note for note in await alarms(exchange, order.id))
    assert await exchange.provider.balance() == 21_300
    await exchange.webhook(1)
    await exchange.quiet()
    assert (await exchange.payment(order.id)).status is PaymentStatus.REFUNDED
    assert await exchange.provider.balance() == 0


async def test_impossible_unasked_refund_is_not_booked_twice(
    exchange: Exchange,
) -> None:
    buyer = await exchange.new_buyer(tokens.CARD_WHOSE_REFUNDS_TIME_OUT)
    order = await exchange.trade(buyer=buyer)
    await exchange.cancel(order.id)
    assert (await exchange.payment(order.id)).refund_asked == TOTAL
    # The provider has refunded everything, so this report is impossible, but it arrives.
    await report(exchange, refunded(order.id, "evt_1", 100, reference="re_1"))
    await exchange.quiet()
    payment = await exchange.payment(order.id)
    assert (payment.status, payment.refunded) == (PaymentStatus.REFUNDED, TOTAL)
    assert any("Only 213.00 was left" in note for note in await alarms(exchange, order.id))


# ---- our own refund is booked once -----------------------------------------------------------


async def once(exchange: Exchange, order_id: object) -> bool:
    (order,) = await exchange.orders()
    assert order.id == order_id
    payment = await exchange.payment(order.id)
    happened = await exchange.happened(order.id)
    return (
        payment.status is PaymentStatus.REFUNDED
        and payment.refunded == TOTAL
        and happened.count("payment_refunded") == 1
        and "payment_refunded_unasked" not in happened
        and await alarms(exchange, order.id) == []
    )


async def test_requested_refund_reported_before_the_answer_is_booked_once(
    exchange: Exchange,
) -> None:
    buyer = await exchange.new_buyer(tokens.CARD_WHOSE_REFUNDS_TIME_OUT)
    order = await exchange.trade(buyer=buyer)
    await exchange.cancel(order.id)
    assert (await exchange.payment(order.id)).status is PaymentStatus.REFUND_DUE
    await told_of_latest(exchange)
    assert await once(exchange, order.id)
    await exchange.quiet()
    assert await once(exchange, order.id)


async def test_requested_refund_reported_after_the_answer_is_booked_once(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.CANCELLED)
    for _ in range(2):
        await told_of_everything(exchange)
    assert await once(exchange, order.id)


@pytest.mark.parametrize("times_out", [True, False])
async def test_requested_refund_reported_without_its_name_is_booked_once(
    exchange: Exchange, times_out: bool
) -> None:
    card = tokens.CARD_WHOSE_REFUNDS_TIME_OUT if times_out else tokens.CARD
    order = await exchange.trade(buyer=await exchange.new_buyer(card))
    await exchange.cancel(order.id)
    for _ in range(2):
        await report(exchange, refunded(order.id, "evt_1", TOTAL))
        await exchange.quiet()
        assert await once(exchange, order.id)


async def test_second_nameless_report_of_the_same_amount_is_unasked(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.CANCELLED)
    await report(exchange, refunded(order.id, "evt_1", TOTAL))
    await report(exchange, refunded(order.id, "evt_2", TOTAL))
    assert (await exchange.payment(order.id)).refunded == TOTAL
    assert len(await alarms(exchange, order.id)) == 1


async def test_the_same_refund_under_two_events_is_one(exchange: Exchange) -> None:
    order = await exchange.trade()
    await dashboard(exchange).refund(await charge_of(exchange, order.id), 100)
    for webhook_id in ("evt_1", "evt_2", "evt_2"):
        await report(exchange, refunded(order.id, webhook_id, 100, reference="re_1"))
    assert (await exchange.payment(order.id)).refunded == 100


async def test_a_part_that_went_back_counts_towards_what_the_buyer_gets(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    exchange.bus.failing["payments.refund_buyer:order.refund_granted"] = 1
    await exchange.app.orders.refund_order(
        exchange.admin, order.id, reason="a gift", borne_by=Bearer.BUYER
    )
    await exchange.workers.settle()
    await refund(exchange, order.id, 1_400)
    await exchange.quiet()
    assert await exchange.provider.balance() == 1_400
    assert (await exchange.payment(order.id)).refund_asked == 18_600


async def test_unasked_refund_mistaken_for_the_requested_one_raises_an_alarm(
    exchange: Exchange,
) -> None:
    buyer = await exchange.new_buyer(tokens.CARD_WHOSE_REFUNDS_TIME_OUT)
    order = await exchange.trade(buyer=buyer)
    await exchange.cancel(order.id)
    await report(exchange, refunded(order.id, "evt_1", TOTAL, reference="re_another"))
    assert (await exchange.payment(order.id)).refund_id == "re_another"
    await told_of_latest(exchange)
    assert (await exchange.payment(order.id)).refunded == TOTAL
    assert len(await alarms(exchange, order.id)) == 1


# ---- before the charge is known --------------------------------------------------------------


async def test_refund_reported_before_its_charge_waits_in_suspense(exchange: Exchange) -> None:
    buyer = await exchange.new_buyer(tokens.CARD_THAT_TIMES_OUT)
    order_id = await exchange.match(buyer=buyer)
    await exchange.workers.settle()
    found = await exchange.provider.find_charge(order_id)
    charge_id = getattr(found, "id", "")
    await dashboard(exchange).refund(charge_id, 100)
    await told_of_latest(exchange)
    assert await in_suspense(exchange, charge_id) == -100
    assert (await exchange.order(order_id)).status is OrderStatus.PENDING
    await exchange.quiet()
    order = await exchange.order(order_id)
    assert (order.status, order.freezes) == (OrderStatus.CONFIRMED, FROZEN)
    assert await in_suspense(exchange, charge_id) == 0
    assert await in_escrow(exchange, order_id) == 21_300
    assert (await exchange.payment(order_id)).refunded == 100


async def test_a_refund_that_names_only_its_charge_is_its_orders(exchange: Exchange) -> None:
    order = await exchange.trade()
    charge_id = await charge_of(exchange, order.id)
    await dashboard(exchange).refund(charge_id, 100)
    await report(exchange, refunded(None, "evt_1", 100, charge_id=charge_id))
    assert (await exchange.payment(order.id)).refunded == 100
    assert (await exchange.order(order.id)).freezes == FROZEN


async def test_refund_of_an_unknown_charge_waits_in_suspense(exchange: Exchange) -> None:
    charged = await dashboard(exchange).charge(None, 5_000)
    await dashboard(exchange).refund(charged.id, 1_000)
    await told_of_latest(exchange)
    assert await in_suspense(exchange, charged.id) == -1_000
    await exchange.webhook(0)
    await exchange.workers.settle()
    assert await in_suspense(exchange, charged.id) == 4_000
    assert len(await alarms(exchange, None)) == 1


async def test_requested_refund_of_a_wrong_amount_raises_an_alarm_and_the_rest_is_requested(
    exchange: Exchange,
) -> None:
    """The provider refunds less than was requested."""
    order = await exchange.trade()
    exchange.bus.failing[REFUND] = 1
    await exchange.cancel(order.id)
    record = exchange.app.payments.refund_buyer.record_refund
    async with exchange.store.transaction():
        payment = await exchange.payment(order.id)
        await exchange.store.payments.save(replace(payment, status=PaymentStatus.REFUND_DUE))
    asked = await record.prepare(order.id)
    assert asked is not None
    assert asked.refund_asked == TOTAL
    made = await dashboard(exchange).refund(await charge_of(exchange, order.id), 100)
    await record.answer(order.id, made)
    await exchange.quiet()
    payment = await exchange.payment(order.id)
    assert (payment.status, payment.refunded) == (PaymentStatus.REFUNDED, TOTAL)
    assert await exchange.provider.balance() == 0
    (note,) = await alarms(exchange, order.id)
    assert note.startswith("The provider made an unasked refund of 1.00")
