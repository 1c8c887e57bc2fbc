"""What an order has asked other contexts to do, and when a service may have it done."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from solebook.core.orders.requested_work import RequestedWork
from solebook.ports.language.complaints import Bearer
from solebook.ports.language.errors import IllegalMove, NotFound
from solebook.ports.language.ids import OrderId
from solebook.ports.language.orders import OrderStatus, PaymentStatus, PayoutStatus
from solebook.ports.language.users import OPERATOR

from ...exchange import Exchange

WORK = ("reservation", "charge", "release", "refund", "payout", "authentication")
ASKED = {
    OrderStatus.PENDING: {"reservation"},
    OrderStatus.CONFIRMED: {"reservation", "charge", "authentication"},
    OrderStatus.DELIVERED: {"reservation", "charge", "authentication"},
    OrderStatus.CANCELLED: {"reservation", "charge", "authentication", "release", "refund"},
    OrderStatus.AUTH_FAILED: {"reservation", "charge", "authentication", "release", "refund"},
}


def asking(exchange: Exchange, work: str) -> Callable[[OrderId], Awaitable[Any]]:
    requested: RequestedWork = exchange.app.orders.requested_work
    ask: Callable[[OrderId], Awaitable[Any]] = getattr(requested, work)
    return ask


@pytest.mark.parametrize("work", WORK)
@pytest.mark.parametrize("status", ASKED)
async def test_what_an_order_has_not_asked_for_is_refused(
    exchange: Exchange, status: OrderStatus, work: str
) -> None:
    order = await exchange.trade(status)
    ask = asking(exchange, work)
    if work not in ASKED[status]:
        with pytest.raises(IllegalMove) as refused:
            await ask(order.id)
        assert refused.value.status == status
        return
    event = await ask(order.id)
    sent = [m.event for m in exchange.bus.published if m.key == str(order.id)]
    if status is OrderStatus.PENDING:
        sent = [message.event for message in await exchange.store.outbox.unsent(100)]
    assert event in sent


async def test_a_seller_is_paid_when_the_hold_is_over_and_not_before(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    ask = asking(exchange, "payout")
    hold = exchange.app.rules.payout_hold
    await exchange.clock.advance(hold - timedelta(microseconds=1))
    with pytest.raises(IllegalMove):
        await ask(order.id)
    await exchange.clock.advance(timedelta(microseconds=1))

    for _ in range(2):
        await exchange.app.payments.pay_seller(await ask(order.id))
        await exchange.workers.settle()

    assert (await exchange.order(order.id)).payout_status is PayoutStatus.PAID
    assert (await exchange.told(order.id)).count("payout.paid") == 1


async def test_a_frozen_payout_is_not_paid(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await exchange.app.orders.freeze_payout(exchange.admin, order.id, reason="under review")
    await exchange.clock.advance(exchange.app.rules.payout_hold)
    with pytest.raises(IllegalMove):
        await asking(exchange, "payout")(order.id)


async def test_a_granted_refund_is_paid_once(exchange: Exchange) -> None:
    order = await exchange.trade(OrderStatus.DELIVERED)
    await exchange.app.orders.refund_order(
        OPERATOR, order.id, reason="lost", borne_by=Bearer.EXCHANGE
    )
    for _ in range(2):
        await exchange.app.payments.refund_buyer(await asking(exchange, "refund")(order.id))
        await exchange.workers.settle()
    assert (await exchange.order(order.id)).payment_status is PaymentStatus.REFUNDED
    assert (await exchange.payment(order.id)).refunded == order.buyer_total


@pytest.mark.parametrize("work", WORK)
async def test_an_unknown_order_is_not_found(exchange: Exchange, work: str) -> None:
    with pytest.raises(NotFound):
        await asking(exchange, work)(OrderId(UUID(int=7)))
