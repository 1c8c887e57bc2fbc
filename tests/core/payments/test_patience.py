"""Every call to the payment provider has a timeout and is retried."""

from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.core.payments.patience import Patience
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.events import PaymentRefundDue, PaymentRequested, PayoutDue
from solebook.ports.language.orders import Order, OrderStatus, PaymentStatus, PayoutStatus
from solebook.ports.language.payments import PayoutState

from ...exchange import Exchange
from ...invariants import check_invariants

NONE = Patience(timedelta(microseconds=1))


async def answered(exchange: Exchange, order: Order) -> Order:
    """Let the provider answer again, and return the order when nothing is under way."""
    exchange.line.release()
    await exchange.quiet()
    await check_invariants(exchange)
    return await exchange.order(order.id)


async def test_a_charge(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.PENDING)
    exchange.line.hold()
    charge = replace(exchange.app.payments.charge_buyer, patience=NONE)
    with pytest.raises(Unavailable):
        await charge(PaymentRequested(order.id, order.buyer_id, order.buyer_total))
    assert (await answered(exchange, order)).payment_status is PaymentStatus.CAPTURED


async def test_a_refund(exchange: Exchange) -> None:
    order = await exchange.trade()
    await exchange.app.orders.cancel_order(exchange.admin, order.id, reason="a recall")
    async with exchange.store.transaction():
        payment = await exchange.payment(order.id)
        await exchange.store.payments.save(replace(payment, status=PaymentStatus.REFUND_DUE))
    exchange.line.hold()
    refund = replace(exchange.app.payments.refund_buyer, patience=NONE)
    with pytest.raises(Unavailable):
        await refund(PaymentRefundDue(order.id))
    assert (await answered(exchange, order)).payment_status is PaymentStatus.REFUNDED


async def test_a_payout(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await exchange.clock.advance(exchange.app.rules.payout_hold)
    pay = exchange.app.payments.pay_seller
    exchange.line.hold()
    impatient = replace(pay, payables=replace(pay.payables, patience=NONE))
    with pytest.raises(Unavailable):
        await impatient(PayoutDue.of(order))
    assert (await exchange.payout(order.id)).state is PayoutState.DUE
    assert (await answered(exchange, order)).payout_status is PayoutStatus.PAID


async def test_the_providers_balance(exchange: Exchange) -> None:
    exchange.line.hold()
    with pytest.raises(Unavailable):
        await replace(exchange.app.payments.check_solvency, patience=NONE)()
    exchange.line.release()
