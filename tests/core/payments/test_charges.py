"""The buyer is charged into escrow once, and refunded in full if the order fails."""

from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.adapters.embedded import tokens
from solebook.core.payments.transfers import WORLD, escrow
from solebook.ports.language.events import PaymentRequested
from solebook.ports.language.ids import OrderId
from solebook.ports.language.orders import CancelReason, OrderStatus, PaymentStatus
from solebook.ports.language.payments import Entry
from solebook.ports.language.users import Actor

from ...exchange import Exchange

GIVE_UP = timedelta(hours=1)
CHARGE = "payments.charge_buyer:payment.requested"


async def status(exchange: Exchange, order_id: OrderId) -> tuple[OrderStatus, PaymentStatus]:
    order = await exchange.order(order_id)
    return order.status, order.payment_status


async def charge_late(exchange: Exchange, order_id: OrderId, amount: int = 21_400) -> None:
    """Let the provider charge the buyer unasked, or contrary to its earlier answer."""
    await exchange.provider.charge(
        key=f"{order_id}:late", order_id=order_id, payment_method=tokens.CARD, amount=amount
    )


async def set_card(exchange: Exchange, buyer: Actor, card: str | None) -> None:
    async with exchange.store.transaction():
        user = await exchange.store.users.get(buyer.user_id)
        await exchange.store.users.save(replace(user, payment_method=card))


async def card_of(exchange: Exchange, buyer: Actor) -> str | None:
    """Return the card that is charged for a buyer's matches."""
    return await exchange.store.payment_accounts.payment_method(buyer.user_id)


# ---- into escrow -----------------------------------------------------------------------------


async def test_the_buyer_pays_price_and_shipping_into_escrow(exchange: Exchange) -> None:
    order = await exchange.trade(price=20_000)
    payment = await exchange.payment(order.id)
    assert (payment.amount, payment.status) == (21_400, PaymentStatus.CAPTURED)
    assert payment.payment_method == await card_of(exchange, exchange.buyer)
    assert list(await exchange.store.ledger.entries(order.id)) == [
        Entry(WORLD, -21_400),
        Entry(escrow(order.id), 21_400),
    ]
    assert await exchange.provider.balance() == 21_400


@pytest.mark.parametrize("card", [tokens.CARD_THAT_FAILS_ONCE, tokens.CARD_THAT_TIMES_OUT])
async def test_charge_with_a_lost_answer_is_retried(exchange: Exchange, card: str) -> None:
    buyer = await exchange.new_buyer(card)
    order_id = await exchange.match(buyer=buyer)
    await exchange.workers.settle()
    assert await status(exchange, order_id) == (OrderStatus.PENDING, PaymentStatus.PENDING)
    await exchange.quiet()
    assert await status(exchange, order_id) == (OrderStatus.CONFIRMED, PaymentStatus.CAPTURED)
    assert await exchange.provider.balance() == 21_400


async def test_retry_charges_the_card_of_the_first_attempt(exchange: Exchange) -> None:
    buyer = await exchange.new_buyer(tokens.CARD_THAT_TIMES_OUT)
    order_id = await exchange.match(buyer=buyer)
    await exchange.workers.settle()
    card = await card_of(exchange, buyer)
    await exchange.app.users.set_payment_method(buyer, token=tokens.DECLINED_CARD)
    await exchange.quiet()
    assert (await exchange.order(order_id)).status is OrderStatus.CONFIRMED
    assert (await exchange.payment(order_id)).payment_method == card


async def test_card_of_the_match_is_charged_although_it_is_replaced_later(
    exchange: Exchange,
) -> None:
    order_id, card = await exchange.match(), await card_of(exchange, exchange.buyer)
    await exchange.app.users.set_payment_method(exchange.buyer, token=tokens.DECLINED_CARD)
    await exchange.workers.settle()
    assert (await exchange.order(order_id)).status is OrderStatus.CONFIRMED
    assert (await exchange.payment(order_id)).payment_method == card


async def test_a_payment_opens_with_its_order(exchange: Exchange) -> None:
    order_id = await exchange.match()
    payment = await exchange.payment(order_id)
    assert (payment.amount, payment.status) == (21_400, PaymentStatus.PENDING)
    assert payment.payment_method == await card_of(exchange, exchange.buyer)


async def test_order_without_a_stored_payment_is_charged(
    exchange: Exchange,
) -> None:
    order_id = await exchange.match()
    exchange.forget_payment(order_id)
    await exchange.workers.settle()
    assert (await exchange.order(order_id)).status is OrderStatus.CONFIRMED
    assert (await exchange.payment(order_id)).amount == 21_400


async def test_order_without_a_stored_payment_ends_uncharged(
    exchange: Exchange,
) -> None:
    exchange.bus.failing[CHARGE] = 5
    order_id = await exchange.match()
    exchange.forget_payment(order_id)
    await exchange.workers.settle()
    await exchange.later(GIVE_UP)
    await exchange.quiet()
    payment = await exchange.payment(order_id)
    assert (payment.status, payment.amount) == (PaymentStatus.ABANDONED, 0)
    assert await exchange.provider.webhooks() == []


async def test_a_buyer_without_a_card_is_not_charged(exchange: Exchange) -> None:
    await exchange.bid(exchange.buyer)
    await set_card(exchange, exchange.buyer, None)
    placement = await exchange.ask(exchange.seller)
    assert placement.match is not None
    order_id = placement.match.id
    await exchange.workers.settle()
    order = await exchange.order(order_id)
    assert (order.cancel_reason, order.note) == (
        CancelReason.PAYMENT_DECLINED,
        "no payment method on file",
    )
    assert (await exchange.payment(order_id)).status is PaymentStatus.DECLINED


async def test_a_declined_card_charges_nothing(exchange: Exchange) -> None:
    buyer = await exchange.new_buyer(tokens.DECLINED_CARD)
    order_id = await exchange.match(buyer=buyer)
    await exchange.workers.settle()
    payment = await exchange.payment(order_id)
    assert (payment.status, payment.reason) == (PaymentStatus.DECLINED, "card_declined")
    assert not await exchange.store.ledger.entries(order_id)
    assert await exchange.provider.balance() == 0


async def test_duplicate_request_does_not_charge_again(exchange: Exchange) -> None:
    order = await exchange.trade()
    request = PaymentRequested(order.id, order.buyer_id, order.buyer_total)
    for _ in range(3):
        await exchange.app.payments.charge_buyer(request)
    assert await exchange.provider.balance() == 21_400


# ---- and back --------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [OrderStatus.CANCELLED, OrderStatus.AUTH_FAILED])
async def test_cancelled_or_failed_order_is_refunded_in_full(
    exchange: Exchange, end: OrderStatus
) -> None:
    order = await exchange.trade(end)
    assert order.payment_status is PaymentStatus.REFUNDED
    assert (await exchange.payment(order.id)).status is PaymentStatus.REFUNDED
    entries = await exchange.store.ledger.entries(order.id)
    assert Entry(escrow(order.id), -21_400) in entries
    assert Entry(WORLD, 21_400) in entries
    assert await exchange.provider.balance() == 0
    assert await exchange.store.ledger.balance(WORLD) == 0


@pytest.mark.parametrize("end", [OrderStatus.CANCELLED, OrderStatus.AUTH_FAILED])
async def test_duplicate_event_does_not_refund_again(exchange: Exchange, end: OrderStatus) -> None:
    order = await exchange.trade(end)
    for message in list(exchange.bus.published):
        await exchange.tell_again(message)
    await exchange.quiet()
    assert await exchange.provider.balance() == 0
    assert await exchange.order(order.id) == order


async def test_cancelled_order_is_not_charged(
    exchange: Exchange,
) -> None:
    exchange.bus.failing[CHARGE] = 5
    order_id = await exchange.match()
    await exchange.workers.settle()
    await exchange.later(GIVE_UP)
    await exchange.quiet()
    assert await status(exchange, order_id) == (OrderStatus.CANCELLED, PaymentStatus.ABANDONED)
    assert await exchange.provider.webhooks() == []


async def test_a_charge_that_succeeds_after_the_cancellation_is_refunded_by_its_webhook(
    exchange: Exchange,
) -> None:
    exchange.bus.failing[CHARGE] = 5
    order_id = await exchange.match()
    await exchange.workers.settle()
    await exchange.later(GIVE_UP)
    await exchange.quiet()
    await charge_late(exchange, order_id)
    await exchange.webhook(0)
    await exchange.quiet()
    assert await status(exchange, order_id) == (OrderStatus.CANCELLED, PaymentStatus.REFUNDED)
    assert (await exchange.happened(order_id))[-1] == "payment_refunded"


async def test_a_charge_that_succeeds_after_it_was_declined_is_refunded(
    exchange: Exchange,
) -> None:
    buyer = await exchange.new_buyer(tokens.DECLINED_CARD)
    order_id = await exchange.match(buyer=buyer)
    await exchange.workers.settle()
    await charge_late(exchange, order_id)
    await exchange.webhook(-1)
    await exchange.quiet()
    assert await status(exchange, order_id) == (OrderStatus.CANCELLED, PaymentStatus.REFUNDED)
    assert (await exchange.happened(order_id))[-1] == "payment_refunded"
