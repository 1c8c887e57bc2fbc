"""Helpers for unpaid orders: how they ended, and their deadlines."""

from datetime import timedelta

from solebook.ports.language.deadlines import Deadline
from solebook.ports.language.ids import OrderId
from solebook.ports.language.orders import CancelReason, PaymentStatus

from ...exchange import Exchange

INSTANT = timedelta(microseconds=1)
WINDOW = timedelta(minutes=15)
GIVE_UP = timedelta(hours=1)
CALL = timedelta(seconds=10)
CHARGE = "payments.charge_buyer:payment.requested"


async def end(exchange: Exchange, order_id: OrderId) -> tuple[CancelReason | None, PaymentStatus]:
    order = await exchange.order(order_id)
    return order.cancel_reason, order.payment_status


async def deadlines(exchange: Exchange, order_id: OrderId) -> list[Deadline]:
    far = exchange.clock.now() + timedelta(days=30)
    due = await exchange.store.deadlines.due(far, 100)
    return [deadline for deadline in due if deadline.order_id == order_id]
