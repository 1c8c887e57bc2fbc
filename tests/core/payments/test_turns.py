"""Buyers take turns in the queue of charges, and a charge is retried until giving up."""

import asyncio
from datetime import timedelta

from solebook.ports.language.ids import OrderId
from solebook.ports.language.messages import Queue
from solebook.ports.language.orders import CancelReason, OrderStatus, PaymentStatus
from solebook.ports.language.paging import PageRequest

from ...exchange import Exchange

GIVE_UP = timedelta(hours=1)


async def asked_for(exchange: Exchange, order_ids: list[OrderId]) -> list[OrderId]:
    """Return those of the orders for which the provider has been asked."""
    payments = [await exchange.payment(order_id) for order_id in order_ids]
    return [payment.order_id for payment in payments if payment.attempted_at is not None]


async def test_many_orders_of_one_buyer_do_not_delay_another_buyer(exchange: Exchange) -> None:
    other = await exchange.new_buyer()
    many = [await exchange.match() for _ in range(6)]
    first = await exchange.match(buyer=other)
    await exchange.workers.relay.drain()
    exchange.line.hold()
    at_work = asyncio.create_task(exchange.bus.work_off(Queue.CHARGES))
    await exchange.line.arrival()
    while len(asked := await asked_for(exchange, [*many, first])) < 2:  # noqa: ASYNC110
        await asyncio.sleep(0)
    assert asked == [many[0], first]
    exchange.line.release()
    await at_work
    await exchange.workers.settle()
    orders = [await exchange.order(order_id) for order_id in (*many, first)]
    assert {order.status for order in orders} == {OrderStatus.CONFIRMED}


async def test_charge_is_retried_until_giving_up_and_never_a_dead_letter(
    exchange: Exchange,
) -> None:
    exchange.line.is_cut = True
    order_id = await exchange.match()
    await exchange.workers.settle()
    attempts = set()
    for _ in range(59):
        await exchange.later(timedelta(minutes=1))
        attempts.add((await exchange.payment(order_id)).attempted_at)
    assert len(attempts) > 15
    assert (await exchange.order(order_id)).status is OrderStatus.PENDING
    await exchange.later(timedelta(minutes=2))
    order = await exchange.order(order_id)
    assert (order.cancel_reason, order.payment_status) == (
        CancelReason.GIVEN_UP,
        PaymentStatus.UNKNOWN,
    )
    for _ in range(24):
        await exchange.later(timedelta(hours=1))
    assert not (await exchange.store.dead_letters.page(PageRequest())).items
    exchange.line.is_cut = False
    await exchange.quiet()
    assert (await exchange.order(order_id)).payment_status is PaymentStatus.ABANDONED


async def test_unanswered_refunds_do_not_delay_trades(
    exchange: Exchange,
) -> None:
    """A refund has its own queue: here it waits for its answer while another order is placed."""
    order = await exchange.trade()
    await exchange.app.orders.cancel_order(exchange.admin, order.id, reason="the seller is gone")
    await exchange.workers.relay.drain()
    exchange.line.hold()
    refunding = asyncio.create_task(exchange.bus.work_off(Queue.REFUNDS))
    await exchange.line.arrival()
    later = await exchange.match()
    await exchange.workers.relay.drain()
    assert (await exchange.order(later)).stock_status == "reserved"
    exchange.line.release()
    await refunding
    await exchange.quiet()
    assert (await exchange.order(order.id)).payment_status is PaymentStatus.REFUNDED


async def test_unanswered_payouts_do_not_delay_trades(
    exchange: Exchange,
) -> None:
    """A payout has its own queue: here it waits for its answer while another order is placed."""
    order = await exchange.trade(OrderStatus.DELIVERED)
    await exchange.clock.advance(exchange.app.rules.payout_hold)
    await exchange.workers.sweeper.sweep()
    await exchange.workers.relay.drain()
    exchange.line.hold()
    paying = asyncio.create_task(exchange.bus.work_off(Queue.PAYOUTS))
    await exchange.line.arrival()
    later = await exchange.match()
    await exchange.workers.relay.drain()
    assert (await exchange.order(later)).stock_status == "reserved"
    exchange.line.release()
    await paying
    await exchange.quiet()
    assert (await exchange.order(order.id)).payout_status == "paid"
