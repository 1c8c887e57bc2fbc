"""Refunds that fail after they were made."""

from datetime import timedelta

import pytest

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.dashboard import Dashboard
from solebook.ports.language.complaint_notices import RefundFailedNotice
from solebook.ports.language.complaints import Bearer
from solebook.ports.language.errors import Forbidden, NoFailedRefund
from solebook.ports.language.ids import OrderId
from solebook.ports.language.orders import Order, OrderStatus, PaymentStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.payments import FoundRefund, RefundState
from solebook.ports.language.users import OPERATOR

from ...exchange import Exchange
from .reports import (
    alarms,
    check_money,
    debt_of,
    in_escrow,
    in_suspense,
    losses,
    paid_order,
    report_all,
)

WHY = "a test"


async def refunded_order(exchange: Exchange, card: str = tokens.CARD) -> Order:
    """Return an order that was cancelled by its seller, and refunded."""
    order = await exchange.trade(buyer=await exchange.new_buyer(card))
    await exchange.cancel(order.id)
    await exchange.workers.settle()
    order = await exchange.order(order.id)
    assert order.payment_status is PaymentStatus.REFUNDED
    return order


async def refund_id(exchange: Exchange, order_id: OrderId) -> str:
    name = (await exchange.payment(order_id)).refund_id
    assert name is not None
    return name


async def test_refund_that_fails_is_made_again_under_a_new_key(unchecked: Exchange) -> None:
    exchange = unchecked
    order = await refunded_order(exchange)
    first = await refund_id(exchange, order.id)
    await Dashboard(exchange.provider.journal).fail_refund(first)
    await report_all(exchange)
    again = await exchange.payment(order.id)
    assert again.refund_id not in (None, first)
    assert (again.status, again.refunded) == (PaymentStatus.REFUNDED, order.buyer_total)
    assert await in_escrow(exchange, order.id) == 0
    order = await exchange.order(order.id)
    assert order.payment_status is PaymentStatus.REFUNDED
    steps = await exchange.happened(order.id)
    assert steps[-3:] == ["payment_refunded", "payment_refund_failed", "payment_refunded"]
    (note,) = await alarms(exchange, order.id)
    assert "did not reach the buyer" in note
    await check_money(exchange)


@pytest.mark.parametrize("backwards", [False, True])
async def test_failure_is_booked_once_whatever_the_order_of_the_webhooks(
    unchecked: Exchange, backwards: bool
) -> None:
    exchange = unchecked
    order = await exchange.trade()
    charge_id = str((await exchange.payment(order.id)).charge_id)
    dashboard = Dashboard(exchange.provider.journal)
    refund = await dashboard.refund(charge_id, 1_000)
    await dashboard.fail_refund(refund.id)
    for _ in range(10):
        await report_all(exchange, backwards=backwards)
    order = await exchange.order(order.id)
    assert (order.refunded_unasked, order.payment_status) == (0, PaymentStatus.CAPTURED)
    assert await in_escrow(exchange, order.id) == order.buyer_total
    assert (await exchange.payment(order.id)).refunded == 0
    await check_money(exchange)


async def test_what_the_seller_bore_of_a_refund_that_failed_is_reversed(
    unchecked: Exchange,
) -> None:
    exchange = unchecked
    order = await paid_order(exchange)
    charge_id = str((await exchange.payment(order.id)).charge_id)
    dashboard = Dashboard(exchange.provider.journal)
    refund = await dashboard.refund(charge_id, 1_000)
    await report_all(exchange)
    await exchange.app.payments.bear_shortfall(
        OPERATOR, order.id, borne_by=Bearer.EXCHANGE, reason=WHY
    )
    assert await losses(exchange) == -1_000
    await dashboard.fail_refund(refund.id)
    await report_all(exchange)
    assert await losses(exchange) == 0
    assert await in_escrow(exchange, order.id) == 0
    await check_money(exchange)


async def test_what_was_borne_is_reversed_when_the_requested_refund_fails(
    unchecked: Exchange,
) -> None:
    """The buyer keeps what they got unasked, so less is owed to them, and nobody bore anything."""
    exchange = unchecked
    order = await exchange.trade()
    refund = exchange.app.orders.refund_order
    await refund(exchange.admin, order.id, reason=WHY, borne_by=Bearer.BUYER)
    await exchange.quiet()
    dashboard = Dashboard(exchange.provider.journal)
    await dashboard.refund(str((await exchange.payment(order.id)).charge_id), 100)
    await report_all(exchange)
    await exchange.app.payments.bear_shortfall(
        OPERATOR, order.id, borne_by=Bearer.EXCHANGE, reason=WHY
    )
    for left in (0, 0, order.price - 100):
        await dashboard.fail_refund(await refund_id(exchange, order.id))
        await report_all(exchange)
        assert await in_escrow(exchange, order.id) == left
    assert (await exchange.payment(order.id)).refunded == 100
    assert await losses(exchange) == 0
    await check_money(exchange)


async def test_refund_of_an_unknown_charge_that_fails_leaves_suspense(
    unchecked: Exchange,
) -> None:
    exchange = unchecked
    dashboard = Dashboard(exchange.provider.journal)
    charge = await dashboard.charge(None, 5_000)
    refund = await dashboard.refund(charge.id, 2_000)
    await report_all(exchange)
    assert await in_suspense(exchange, charge.id) == 3_000
    await dashboard.fail_refund(refund.id)
    await report_all(exchange)
    assert await in_suspense(exchange, charge.id) == 5_000
    await check_money(exchange)


async def test_after_three_failures_an_admin_decides(unchecked: Exchange) -> None:
    exchange = unchecked
    order = await refunded_order(exchange)
    dashboard = Dashboard(exchange.provider.journal)
    for _ in range(3):
        await dashboard.fail_refund(await refund_id(exchange, order.id))
        await report_all(exchange)
    await exchange.later(timedelta(days=5))
    payment = await exchange.payment(order.id)
    assert (payment.status, payment.refunded, payment.refund_asked) == (
        PaymentStatus.REFUND_DUE,
        0,
        0,
    )
    assert await in_escrow(exchange, order.id) == order.buyer_total
    await check_money(exchange)
    with pytest.raises(Forbidden):
        await exchange.app.payments.refund_otherwise(exchange.buyer, order.id, reason=WHY)
    paid = await exchange.app.payments.refund_otherwise(OPERATOR, order.id, reason=WHY)
    await exchange.quiet()
    assert paid == order.buyer_total == await losses(exchange)
    assert (await exchange.order(order.id)).payment_status is PaymentStatus.REFUNDED
    await check_money(exchange)
    with pytest.raises(NoFailedRefund):
        await exchange.app.payments.refund_otherwise(OPERATOR, order.id, reason=WHY)


async def test_failure_whose_webhook_is_lost_is_found_by_asking(unchecked: Exchange) -> None:
    exchange = unchecked
    order = await refunded_order(exchange, tokens.CARD_WHOSE_REFUNDS_FAIL)
    charge_id = (await exchange.payment(order.id)).charge_id
    await exchange.app.payments.settle_refund.of_charge(str(charge_id))
    await exchange.quiet()
    assert "payment_refund_failed" in await exchange.happened(order.id)
    await check_money(exchange)


async def test_refund_after_delivery_that_fails_is_made_again_and_nothing_else(
    unchecked: Exchange,
) -> None:
    exchange = unchecked
    order = await paid_order(exchange)
    await exchange.app.orders.refund_order(OPERATOR, order.id, reason=WHY, borne_by=Bearer.SELLER)
    await exchange.quiet()
    debt = await exchange.store.ledger.totals()
    await Dashboard(exchange.provider.journal).fail_refund(await refund_id(exchange, order.id))
    await report_all(exchange)
    assert await exchange.store.ledger.totals() == debt
    assert (await exchange.order(order.id)).status is OrderStatus.DELIVERED
    await check_money(exchange)


async def test_what_an_unasked_refund_gave_back_is_due_too_while_a_request_is_unanswered(
    unchecked: Exchange,
) -> None:
    exchange = unchecked
    order = await exchange.trade()
    charge_id = str((await exchange.payment(order.id)).charge_id)
    dashboard = Dashboard(exchange.provider.journal)
    unasked = await dashboard.refund(charge_id, 3_000)
    await report_all(exchange)
    exchange.line.is_cut = True
    await exchange.cancel(order.id)
    await exchange.workers.settle()
    exchange.line.is_cut = False
    await dashboard.fail_refund(unasked.id)
    await exchange.app.payments.settle_refund.of_charge(charge_id)
    await exchange.later(timedelta(hours=1))
    payment = await exchange.payment(order.id)
    assert (payment.status, payment.left) == (PaymentStatus.REFUNDED, 0)
    assert await in_escrow(exchange, order.id) == 0
    await report_all(exchange)
    await check_money(exchange)
    # The last one can fail as well, and is known by its name.
    await dashboard.fail_refund(await refund_id(exchange, order.id))
    await report_all(exchange)
    assert (await exchange.payment(order.id)).left == 0
    await check_money(exchange)


async def test_what_was_refunded_otherwise_is_not_due_again_when_another_refund_fails(
    unchecked: Exchange,
) -> None:
    exchange = unchecked
    order = await exchange.trade()
    charge_id = str((await exchange.payment(order.id)).charge_id)
    dashboard = Dashboard(exchange.provider.journal)
    unasked = await dashboard.refund(charge_id, 3_000)
    await report_all(exchange)
    await exchange.cancel(order.id)
    await exchange.quiet()
    for _ in range(3):
        await dashboard.fail_refund(await refund_id(exchange, order.id))
        await report_all(exchange)
    otherwise = exchange.app.payments.refund_otherwise
    assert await otherwise(OPERATOR, order.id, reason=WHY) == order.buyer_total - 3_000
    await exchange.quiet()
    await dashboard.fail_refund(unasked.id)
    await report_all(exchange)
    assert await otherwise(OPERATOR, order.id, reason=WHY) == 3_000
    assert await in_escrow(exchange, order.id) == 0
    await check_money(exchange)


@pytest.mark.parametrize("failing", [0, 1])
async def test_what_was_borne_of_one_refund_stays_when_another_one_fails(
    unchecked: Exchange, failing: int
) -> None:
    exchange = unchecked
    order = await paid_order(exchange)
    charge_id = str((await exchange.payment(order.id)).charge_id)
    dashboard, bear = Dashboard(exchange.provider.journal), exchange.app.payments.bear_shortfall
    refunds = []
    for amount, bearer in ((1_000, Bearer.EXCHANGE), (300, Bearer.SELLER)):
        refunds.append(await dashboard.refund(charge_id, amount))
        await report_all(exchange)
        await bear(OPERATOR, order.id, borne_by=bearer, reason=WHY)
        await exchange.later(timedelta(minutes=1))
    await dashboard.fail_refund(refunds[failing].id)
    await report_all(exchange)
    borne = (await losses(exchange), await debt_of(exchange, order))
    assert borne == ((0, -300) if failing == 0 else (-1_000, 0))
    assert await in_escrow(exchange, order.id) == 0
    await dashboard.fail_refund(refunds[1 - failing].id)
    await report_all(exchange)
    assert (await losses(exchange), await debt_of(exchange, order)) == (0, 0)
    assert await in_escrow(exchange, order.id) == 0
    await check_money(exchange)


async def test_a_part_of_what_was_borne_together_is_reversed_when_one_refund_fails(
    unchecked: Exchange,
) -> None:
    exchange = unchecked
    order = await exchange.trade()
    charge_id = str((await exchange.payment(order.id)).charge_id)
    dashboard, bear = Dashboard(exchange.provider.journal), exchange.app.payments.bear_shortfall
    refunds = [await dashboard.refund(charge_id, amount) for amount in (1_000, 300)]
    await report_all(exchange)
    await bear(OPERATOR, order.id, borne_by=Bearer.SELLER, reason=WHY)
    await dashboard.fail_refund(refunds[0].id)
    await report_all(exchange)
    assert await debt_of(exchange, order) == -300
    assert await in_escrow(exchange, order.id) == order.buyer_total
    # A refund of the order reverses the rest.
    refund = exchange.app.orders.refund_order
    await refund(OPERATOR, order.id, reason=WHY, borne_by=Bearer.EXCHANGE)
    await exchange.quiet()
    assert await debt_of(exchange, order) == 0
    assert await in_escrow(exchange, order.id) == 0
    await check_money(exchange)


async def test_the_buyer_is_told_once_that_a_refund_came_back(unchecked: Exchange) -> None:
    exchange = unchecked
    order = await refunded_order(exchange)
    for _ in range(2):
        await Dashboard(exchange.provider.journal).fail_refund(await refund_id(exchange, order.id))
        await report_all(exchange)
    page = await exchange.store.notifications.of_user(order.buyer_id, PageRequest(limit=100))
    told = [each.notice for each in page.items if isinstance(each.notice, RefundFailedNotice)]
    assert [notice.amount for notice in told] == [order.buyer_total]


@pytest.mark.parametrize("is_ended", [False, True])
async def test_refund_that_failed_and_was_never_booked_is_no_news(
    unchecked: Exchange, monkeypatch: pytest.MonkeyPatch, *, is_ended: bool
) -> None:
    """Such as one that failed at once, which the exchange heard as a decline."""
    exchange = unchecked
    order = await (refunded_order(exchange) if is_ended else exchange.trade())
    charge_id = str((await exchange.payment(order.id)).charge_id)
    failed = FoundRefund("re_failed", charge_id, 1_000, RefundState.FAILED, order.id)
    before = await exchange.happened(order.id), await exchange.store.ledger.totals()

    async def refunds_of(*_: object) -> list[FoundRefund]:
        return [failed]

    monkeypatch.setattr(
        type(exchange.app.payments.settle_refund.provider), "refunds_of", refunds_of
    )
    await exchange.app.payments.settle_refund.of_charge(charge_id)
    await exchange.quiet()
    assert (await exchange.happened(order.id), await exchange.store.ledger.totals()) == before
    assert await alarms(exchange, order.id) == []


async def test_rest_of_a_requested_refund_is_booked_when_an_unasked_one_has_failed(
    unchecked: Exchange,
) -> None:
    """It was made of what the failed one gave back, of which nobody had told by then."""
    exchange = unchecked
    await exchange.trade()  # so that the provider holds enough
    order = await exchange.trade()
    charge_id = str((await exchange.payment(order.id)).charge_id)
    dashboard = Dashboard(exchange.provider.journal)
    unasked = await dashboard.refund(charge_id, 5_000)
    await dashboard.fail_refund(unasked.id)
    body, signature = (await exchange.provider.webhooks())[-2]  # that it was made
    exchange.line.is_cut = True
    refund = exchange.app.orders.refund_order
    await refund(OPERATOR, order.id, reason=WHY, borne_by=Bearer.BUYER)
    await exchange.workers.settle()
    assert (await exchange.payment(order.id)).refund_asked == order.price
    exchange.bus.failing["payments.follow_hint:webhook.hinted"] = 3
    await exchange.app.payments.receive_webhook(body, signature)
    await exchange.workers.settle()
    exchange.line.is_cut = False
    await exchange.quiet()
    await report_all(exchange)
    payment = await exchange.payment(order.id)
    assert (payment.status, payment.refunded) == (PaymentStatus.REFUNDED, order.price)
    assert await in_escrow(exchange, order.id) == 0
    await check_money(exchange)
