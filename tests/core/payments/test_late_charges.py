"""A charge that succeeds after its order ended is found and refunded without a webhook."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.dashboard import Dashboard
from solebook.ports.language.alarms import Alarm, AlarmKind
from solebook.ports.language.deadlines import DeadlineKind
from solebook.ports.language.events import PaymentRequested, StockReserved
from solebook.ports.language.ids import OrderId
from solebook.ports.language.orders import CancelReason, OrderStatus, PaymentStatus
from solebook.ports.language.paging import PageRequest

from ...exchange import Exchange
from ...invariants import check_invariants

DAY = timedelta(days=1)
MONTH = 30 * DAY
WINDOW = timedelta(minutes=15)


async def overdue(exchange: Exchange) -> OrderId:
    """Return an overdue order whose charge is still pending at the provider."""
    buyer = await exchange.new_buyer(tokens.CARD_THAT_STAYS_PENDING)
    order_id = await exchange.match(buyer=buyer)
    await exchange.workers.settle()
    await exchange.later(WINDOW)
    order = await exchange.order(order_id)
    assert order.cancel_reason is CancelReason.PAYMENT_OVERDUE
    assert order.payment_status is PaymentStatus.UNKNOWN
    return order_id


async def cancelled(exchange: Exchange) -> OrderId:
    """Return an order that an admin ended while its charge was pending."""
    buyer = await exchange.new_buyer(tokens.CARD_THAT_STAYS_PENDING)
    order_id = await exchange.match(buyer=buyer)
    await exchange.workers.settle()
    await exchange.app.orders.cancel_order(exchange.admin, order_id, reason="a recall")
    await exchange.quiet()
    return order_id


async def succeeds(exchange: Exchange, order_id: OrderId) -> None:
    """Let the charge succeed without a webhook."""
    order = await exchange.order(order_id)
    await Dashboard(exchange.provider.journal).charge(order_id, order.buyer_total)


async def open_alarms(exchange: Exchange) -> list[Alarm]:
    return list((await exchange.store.alarms.page(PageRequest(), open_only=True)).items)


@pytest.mark.parametrize("ended", [overdue, cancelled])
async def test_late_charge_is_refunded_the_next_day(
    exchange: Exchange, ended: Callable[[Exchange], Awaitable[OrderId]]
) -> None:
    order_id = await ended(exchange)
    await succeeds(exchange, order_id)
    await exchange.later(DAY)
    assert (await exchange.order(order_id)).payment_status is PaymentStatus.REFUNDED
    assert await exchange.provider.balance() == 0
    assert DeadlineKind.REFUND not in {d.kind for d in await exchange.store.deadlines.of(order_id)}
    await check_invariants(exchange)


async def test_late_charge_is_looked_up_every_day_for_a_month(exchange: Exchange) -> None:
    order_id = await overdue(exchange)
    await exchange.later(28 * DAY)
    assert await open_alarms(exchange) == []
    await succeeds(exchange, order_id)
    await exchange.later(DAY)
    assert (await exchange.order(order_id)).payment_status is PaymentStatus.REFUNDED
    await check_invariants(exchange)


async def test_charge_pending_for_a_month_raises_an_alarm_every_month(
    exchange: Exchange,
) -> None:
    order_id = await overdue(exchange)
    for days in (29, 2, 29):
        await exchange.later(days * DAY)
    [alarm] = await open_alarms(exchange)
    assert (alarm.kind, alarm.order_id, alarm.count) == (AlarmKind.REFUND_OVERDUE, order_id, 1)
    await exchange.later(2 * DAY)
    [alarm] = await open_alarms(exchange)
    assert alarm.count == 2
    await check_invariants(exchange)


async def test_late_charge_is_found_after_more_than_a_month(exchange: Exchange) -> None:
    order_id = await overdue(exchange)
    await exchange.later(40 * DAY)
    await succeeds(exchange, order_id)
    await exchange.later(MONTH)
    assert (await exchange.order(order_id)).payment_status is PaymentStatus.REFUNDED
    assert await open_alarms(exchange) == []


async def test_late_charge_reported_by_webhook_is_refunded(exchange: Exchange) -> None:
    order_id = await overdue(exchange)
    await exchange.later(40 * DAY)
    await succeeds(exchange, order_id)
    await exchange.webhook(-1)
    await exchange.quiet()
    order = await exchange.order(order_id)
    assert (order.status, order.payment_status) == (OrderStatus.CANCELLED, PaymentStatus.REFUNDED)
    assert await open_alarms(exchange) == []


async def test_provider_is_not_asked_about_a_charge_known_not_to_exist(exchange: Exchange) -> None:
    order_id = await exchange.match(buyer=await exchange.new_buyer(tokens.DECLINED_CARD))
    await exchange.quiet()
    assert (await exchange.order(order_id)).payment_status is PaymentStatus.DECLINED
    assert await exchange.store.deadlines.of(order_id) == []


async def test_a_charge_that_is_taken_after_the_cancellation_leaves_no_payment_deadline(
    exchange: Exchange,
) -> None:
    buyer = await exchange.new_buyer(tokens.CARD_THAT_STAYS_PENDING)
    order = await exchange.order(await exchange.match(buyer=buyer))
    await exchange.app.orders.continue_saga(StockReserved(order.id))
    request = PaymentRequested(order.id, order.buyer_id, order.buyer_total)
    exchange.line.hold()
    charge = asyncio.create_task(exchange.app.payments.charge_buyer(request))
    await exchange.line.arrival()
    await exchange.app.orders.cancel_order(exchange.admin, order.id, reason="a recall")
    exchange.line.release()
    await charge
    await exchange.quiet()
    kinds = {deadline.kind for deadline in await exchange.store.deadlines.of(order.id)}
    assert kinds == {DeadlineKind.REFUND}
    await check_invariants(exchange)
