"""Webhooks of the payment provider: late, early and duplicate."""

import json
from datetime import timedelta

import pytest

from solebook.adapters.embedded import tokens
from solebook.ports.language.errors import InvalidSignature, InvalidText
from solebook.ports.language.events import WebhookReceived
from solebook.ports.language.orders import OrderStatus, PaymentStatus, PayoutStatus
from solebook.ports.language.payments import (
    PayoutState,
    Webhook,
    WebhookKind,
)

from ...exchange import Exchange
from .reports import report

CHARGE = "payments.charge_buyer:payment.requested"


# ---- receiving -------------------------------------------------------------------------------


async def test_webhook_is_stored_once_and_answered_before_it_is_applied(
    exchange: Exchange,
) -> None:
    await exchange.trade()
    for _ in range(10):
        await exchange.webhook(0)
    events = [message.event for message in await exchange.store.outbox.unsent(20)]
    assert len(events) == 1
    assert isinstance(events[0], WebhookReceived)


async def test_a_webhook_that_was_not_signed_by_the_provider_is_refused(
    exchange: Exchange,
) -> None:
    await exchange.trade()
    body, signature = (await exchange.provider.webhooks())[0]
    with pytest.raises(InvalidSignature):
        await exchange.app.payments.receive_webhook(body.replace(b"21400", b"99900"), signature)
    await exchange.clock.advance(timedelta(minutes=6))
    with pytest.raises(InvalidSignature):
        await exchange.app.payments.receive_webhook(body, signature)
    assert await exchange.store.outbox.unsent(1) == []


async def test_malformed_signed_body_is_refused(exchange: Exchange) -> None:
    body = json.dumps({"id": 7}).encode()
    with pytest.raises(InvalidText):
        await exchange.app.payments.receive_webhook(body, exchange.provider.sign(body))
    assert await exchange.store.outbox.unsent(1) == []


# ---- applying --------------------------------------------------------------------------------


async def test_a_webhook_confirms_an_order_before_the_direct_answer_does(
    exchange: Exchange,
) -> None:
    buyer = await exchange.new_buyer(tokens.CARD_THAT_TIMES_OUT)
    order_id = await exchange.match(buyer=buyer)
    await exchange.workers.settle()
    await exchange.webhook(0)
    await exchange.workers.settle()
    order = await exchange.order(order_id)
    assert (order.status, order.payment_status) == (
        OrderStatus.CONFIRMED,
        PaymentStatus.CAPTURED,
    )
    await exchange.quiet()
    assert await exchange.order(order_id) == order
    assert (await exchange.told(order_id)).count("payment.captured") == 1


async def test_a_webhook_declines_an_order_before_the_direct_answer_does(
    exchange: Exchange,
) -> None:
    buyer = await exchange.new_buyer(tokens.CARD_THAT_FAILS_ONCE)
    order_id = await exchange.match(buyer=buyer)
    await exchange.workers.settle()
    declined = Webhook("evt_1", WebhookKind.CHARGE_DECLINED, order_id, reason="stolen")
    await report(exchange, declined)
    order = await exchange.order(order_id)
    assert (order.status, order.note) == (OrderStatus.CANCELLED, "stolen")
    await exchange.quiet()
    assert await exchange.provider.balance() == 0


async def test_duplicate_webhooks_in_any_order_change_nothing(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.AUTH_FAILED)
    paid = await exchange.trade(OrderStatus.DELIVERED)
    await exchange.later(timedelta(days=3))
    paid, payout = await exchange.order(paid.id), await exchange.payout(paid.id)
    balance = await exchange.provider.balance()
    count = len(await exchange.provider.webhooks())
    assert count == 4  # in and back, in and out
    told = len(exchange.bus.published)
    for number in [*reversed(range(count))] * 10:
        await exchange.webhook(number)
        await exchange.later(timedelta(seconds=1))
    assert await exchange.order(order.id) == order
    assert await exchange.order(paid.id) == paid
    assert await exchange.payout(paid.id) == payout
    assert await exchange.provider.balance() == balance
    heard = {m.subject for m in exchange.bus.published[told:]}
    assert heard == {"webhook.received", "webhook.hinted"}


async def test_a_webhook_completes_a_payout_whose_answer_is_lost(exchange: Exchange) -> None:
    seller = await exchange.new_seller(tokens.ACCOUNT_THAT_TIMES_OUT)
    order = await exchange.trade(OrderStatus.DELIVERED, seller=seller)
    await exchange.later(timedelta(days=3))
    assert (await exchange.payout(order.id)).state is PayoutState.DUE
    await exchange.webhook(-1)
    await exchange.workers.settle()
    assert (await exchange.payout(order.id)).state is PayoutState.PAID
    await exchange.quiet()
    assert (await exchange.happened(order.id)).count("payout_paid") == 1


async def test_a_payout_that_was_made_after_all_is_noted(exchange: Exchange) -> None:
    seller = await exchange.new_seller(tokens.CLOSED_ACCOUNT)
    order = await exchange.trade(OrderStatus.DELIVERED, seller=seller)
    await exchange.later(timedelta(days=3))
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.FAILED
    await exchange.provider.pay_out(
        key="by hand", order_id=order.id, account=tokens.ACCOUNT, amount=17_600
    )
    await exchange.webhook(-1)
    await exchange.workers.settle()
    assert (await exchange.order(order.id)).payout_status is PayoutStatus.PAID
    payout = await exchange.payout(order.id)
    assert (payout.state, payout.reason) == (PayoutState.PAID, None)


async def test_irrelevant_webhook_changes_nothing(exchange: Exchange) -> None:
    order, kind = await exchange.trade(), WebhookKind.OTHER
    await report(exchange, Webhook("evt_1", kind, order.id, "ch_1", 21_400))
    await report(exchange, Webhook("evt_2", kind, None))
    assert await exchange.order(order.id) == order


# ---- what cannot be ours ---------------------------------------------------------------------


async def test_webhook_before_its_payment_is_stored_is_retried(
    exchange: Exchange,
) -> None:
    exchange.bus.failing[CHARGE] = 2
    order_id = await exchange.match()
    exchange.forget_payment(order_id)
    await exchange.workers.settle()
    await exchange.provider.charge(
        key=f"{order_id}:charge", order_id=order_id, payment_method=tokens.CARD, amount=21_400
    )
    await exchange.webhook(0)
    await exchange.workers.settle()
    assert (await exchange.order(order_id)).status is OrderStatus.PENDING
    await exchange.quiet()
    assert (await exchange.order(order_id)).status is OrderStatus.CONFIRMED
