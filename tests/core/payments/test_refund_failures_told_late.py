"""Refunds that fail, of which the exchange is told late and in another order."""

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.dashboard import Dashboard
from solebook.ports.language.complaints import Bearer
from solebook.ports.language.orders import PaymentStatus
from solebook.ports.language.payments import AccountKind
from solebook.ports.language.users import OPERATOR

from ...exchange import Exchange
from .reports import check_money, in_escrow, report_all, told_of_latest
from .test_failed_refunds import WHY, refund_id


async def test_each_failure_takes_back_its_own_refund_also_if_nothing_of_it_was_booked(
    unchecked: Exchange,
) -> None:
    """The second refund is reported when an unasked one, which failed as well, had taken all."""
    exchange = unchecked
    order = await exchange.trade(buyer=await exchange.new_buyer(tokens.CARD_WHOSE_REFUNDS_TIME_OUT))
    await exchange.cancel(order.id)
    await exchange.quiet()
    charge_id = str((await exchange.payment(order.id)).charge_id)
    dashboard = Dashboard(exchange.provider.journal)
    await dashboard.fail_refund(await refund_id(exchange, order.id))
    await told_of_latest(exchange)  # so it is requested again, and the answer is lost
    second = (await exchange.provider.refunds_of(charge_id))[-1]
    await dashboard.fail_refund(second.id)
    failed = await dashboard.refund(charge_id, order.buyer_total - 1)
    await dashboard.fail_refund(failed.id)
    await dashboard.refund(charge_id, 1_000)
    await report_all(exchange, backwards=True)
    await report_all(exchange)
    payment = await exchange.payment(order.id)
    assert (payment.status, payment.left) == (PaymentStatus.REFUNDED, 0)
    assert await in_escrow(exchange, order.id) == 0
    await check_money(exchange)


async def test_escrow_holds_what_is_due_after_a_refund_failed_that_was_more_than_was_due(
    unchecked: Exchange,
) -> None:
    """An unasked refund was reported first, so that the second one took back the shipping."""
    exchange = unchecked
    order = await exchange.trade(buyer=await exchange.new_buyer(tokens.CARD_WHOSE_REFUNDS_TIME_OUT))
    refund = exchange.app.orders.refund_order
    await refund(OPERATOR, order.id, reason=WHY, borne_by=Bearer.BUYER)
    await exchange.quiet()
    charge_id = str((await exchange.payment(order.id)).charge_id)
    dashboard = Dashboard(exchange.provider.journal)
    await dashboard.fail_refund(await refund_id(exchange, order.id))
    await told_of_latest(exchange)
    second = (await exchange.provider.refunds_of(charge_id))[-1]
    await dashboard.fail_refund(second.id)
    unasked = await dashboard.refund(charge_id, order.price - 1_000)
    await dashboard.fail_refund(unasked.id)
    for body, signature in reversed(await exchange.provider.webhooks()):
        await exchange.app.payments.receive_webhook(body, signature)
    await exchange.workers.settle()
    assert (await exchange.payment(order.id)).refund_asked == order.price
    assert await in_escrow(exchange, order.id) == order.price
    await report_all(exchange)
    assert (await exchange.payment(order.id)).status is PaymentStatus.REFUNDED
    assert await in_escrow(exchange, order.id) == 0
    await check_money(exchange)


async def test_shipping_is_kept_once_when_unasked_refunds_of_all_fail_one_by_one(
    unchecked: Exchange,
) -> None:
    exchange = unchecked
    order = await exchange.trade()
    charge_id = str((await exchange.payment(order.id)).charge_id)
    dashboard = Dashboard(exchange.provider.journal)
    shipping = order.fees.shipping
    refunds = [await dashboard.refund(charge_id, each) for each in (shipping, order.price)]
    await report_all(exchange)
    refund = exchange.app.orders.refund_order
    await refund(OPERATOR, order.id, reason=WHY, borne_by=Bearer.BUYER)
    await exchange.quiet()
    for each in refunds:
        await dashboard.fail_refund(each.id)
        await report_all(exchange)
        assert await in_escrow(exchange, order.id) == 0
    totals = await exchange.store.ledger.totals()
    assert totals[AccountKind.SHIPPING] == shipping
    assert (await exchange.payment(order.id)).refunded == order.price
    await check_money(exchange)
