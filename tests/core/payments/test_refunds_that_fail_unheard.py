"""Refunds that fail before the exchange hears that they were made."""

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.dashboard import Dashboard
from solebook.ports.language.complaints import Bearer
from solebook.ports.language.orders import Order, PaymentStatus
from solebook.ports.language.payments import AccountKind

from ...exchange import Exchange
from .reports import check_money, report_all

WHY = "a test"


async def with_unanswered_refund(exchange: Exchange) -> tuple[Order, str]:
    """Return an order whose refund was made without an answer, and its charge's name.

    The buyer bears the refund, so the exchange keeps the shipping.
    """
    buyer = await exchange.new_buyer(tokens.CARD_WHOSE_REFUNDS_TIME_OUT)
    order = await exchange.trade(buyer=buyer)
    refund = exchange.app.orders.refund_order
    await refund(exchange.admin, order.id, reason=WHY, borne_by=Bearer.BUYER)
    await exchange.workers.settle()
    return order, str((await exchange.payment(order.id)).charge_id)


async def check_refunded(exchange: Exchange, order: Order, *, refunded: int, shipping: int) -> None:
    """Assert what the buyer got and the exchange kept of the shipping, and an empty escrow."""
    payment, totals = await exchange.payment(order.id), await exchange.store.ledger.totals()
    assert (payment.status, payment.refunded) == (PaymentStatus.REFUNDED, refunded)
    assert (totals[AccountKind.ESCROW], totals[AccountKind.SHIPPING]) == (0, shipping)
    await check_money(exchange)


async def test_rest_of_the_shipping_is_kept_when_the_buyer_has_most_of_it_from_an_unasked_refund(
    unchecked: Exchange,
) -> None:
    exchange = unchecked
    order, charge_id = await with_unanswered_refund(exchange)
    dashboard = Dashboard(exchange.provider.journal)
    (requested,) = await exchange.provider.refunds_of(charge_id)
    await dashboard.fail_refund(requested.id)
    await dashboard.refund(charge_id, order.buyer_total - 100)
    await report_all(exchange, backwards=True)
    await check_refunded(exchange, order, refunded=order.buyer_total - 100, shipping=100)


async def test_whole_shipping_is_kept_when_an_unasked_refund_of_it_has_failed(
    unchecked: Exchange,
) -> None:
    exchange = unchecked
    order, charge_id = await with_unanswered_refund(exchange)
    dashboard = Dashboard(exchange.provider.journal)
    await dashboard.fail_refund((await dashboard.refund(charge_id, 1)).id)
    await report_all(exchange, backwards=True)
    await check_refunded(exchange, order, refunded=order.price, shipping=order.fees.shipping)


async def test_next_refund_is_booked_once_when_nothing_was_left_to_book_of_the_one_before(
    unchecked: Exchange,
) -> None:
    exchange = unchecked
    order, charge_id = await with_unanswered_refund(exchange)
    dashboard = Dashboard(exchange.provider.journal)
    (requested,) = await exchange.provider.refunds_of(charge_id)
    await dashboard.fail_refund(requested.id)
    await dashboard.fail_refund((await dashboard.refund(charge_id, order.buyer_total)).id)
    for _ in range(3):
        await report_all(exchange, backwards=True)
    await check_refunded(exchange, order, refunded=order.price, shipping=order.fees.shipping)
