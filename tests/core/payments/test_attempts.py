"""An attempt under way is settled before its order ends."""

import asyncio
from datetime import timedelta

import pytest

from solebook.ports.language.deadlines import Deadline, DeadlineKind
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.events import PaymentAbandoned, PaymentOverdue, PaymentRequested
from solebook.ports.language.orders import CancelReason, OrderStatus, PaymentStatus

from ...exchange import MONDAY, Exchange
from .unpaid import CALL, CHARGE, GIVE_UP, INSTANT, deadlines, end


async def test_attempt_under_way_completes_first(exchange: Exchange) -> None:
    exchange.bus.failing[CHARGE] = 1
    order_id = await exchange.match()
    await exchange.workers.settle()
    order = await exchange.order(order_id)
    await exchange.clock.advance(GIVE_UP - INSTANT)
    exchange.line.hold()
    request = PaymentRequested(order_id, order.buyer_id, order.buyer_total)
    attempt = asyncio.create_task(exchange.app.payments.charge_buyer(request))
    await exchange.line.arrival()
    await exchange.clock.advance(INSTANT)
    await exchange.app.payments.abandon_payment(
        PaymentOverdue(order_id, order.buyer_id, order.matched_at)
    )
    assert (await exchange.order(order_id)).status is OrderStatus.PENDING
    assert await deadlines(exchange, order_id) == [
        Deadline(DeadlineKind.GIVE_UP, order_id, MONDAY + GIVE_UP - INSTANT + CALL)
    ]
    exchange.line.release()
    await attempt
    await exchange.quiet()
    assert (await exchange.order(order_id)).status is OrderStatus.CONFIRMED


async def test_attempt_under_way_is_settled_before_the_refund_of_a_cancellation(
    exchange: Exchange,
) -> None:
    exchange.bus.failing[CHARGE] = 1
    order_id = await exchange.match()
    await exchange.workers.settle()
    order = await exchange.order(order_id)
    exchange.line.hold()
    request = PaymentRequested(order_id, order.buyer_id, order.buyer_total)
    attempt = asyncio.create_task(exchange.app.payments.charge_buyer(request))
    await exchange.line.arrival()
    await exchange.app.orders.continue_saga(
        PaymentAbandoned(order_id, CancelReason.GIVEN_UP, charge_known=False)
    )
    exchange.line.release()
    await attempt
    await exchange.quiet()
    assert await end(exchange, order_id) == (CancelReason.GIVEN_UP, PaymentStatus.REFUNDED)
    assert await exchange.provider.balance() == 0


async def test_no_attempt_begins_after_the_time_to_give_up(exchange: Exchange) -> None:
    exchange.bus.failing[CHARGE] = 1
    order_id = await exchange.match()
    await exchange.workers.settle()
    order = await exchange.order(order_id)
    await exchange.clock.advance(GIVE_UP)
    await exchange.app.payments.charge_buyer(
        PaymentRequested(order_id, order.buyer_id, order.buyer_total)
    )
    assert (await exchange.payment(order_id)).attempted_at is None
    await exchange.quiet()
    assert await end(exchange, order_id) == (CancelReason.GIVEN_UP, PaymentStatus.ABANDONED)


async def test_attempt_of_a_crashed_process_is_looked_up_after_its_timeout(
    exchange: Exchange,
) -> None:
    exchange.bus.failing[CHARGE] = 4
    order_id = await exchange.match()
    await exchange.clock.advance(GIVE_UP - timedelta(seconds=1))
    await exchange.workers.settle()
    order = await exchange.order(order_id)
    exchange.line.loses_answers = True
    with pytest.raises(Unavailable):
        await exchange.app.payments.charge_buyer(
            PaymentRequested(order_id, order.buyer_id, order.buyer_total)
        )
    exchange.line.loses_answers = False
    await exchange.later(timedelta(seconds=1))
    assert (await exchange.order(order_id)).status is OrderStatus.PENDING
    await exchange.later(CALL)
    await exchange.quiet()
    assert (await exchange.order(order_id)).status is OrderStatus.CONFIRMED


async def test_an_order_that_ended_is_not_charged(exchange: Exchange) -> None:
    """The order has ended, but its payment does not know yet."""
    exchange.bus.failing[CHARGE] = 1
    exchange.bus.failing["payments.refund_buyer:order.cancelled"] = 1
    order_id = await exchange.match()
    await exchange.workers.settle()
    order = await exchange.order(order_id)
    await exchange.app.orders.continue_saga(
        PaymentAbandoned(order_id, CancelReason.GIVEN_UP, charge_known=True)
    )
    await exchange.workers.relay.drain()
    assert (await exchange.payment(order_id)).status is PaymentStatus.PENDING
    await exchange.app.payments.charge_buyer(
        PaymentRequested(order_id, order.buyer_id, order.buyer_total)
    )
    await exchange.quiet()
    assert await exchange.provider.webhooks() == []
    assert await end(exchange, order_id) == (CancelReason.GIVEN_UP, PaymentStatus.ABANDONED)
