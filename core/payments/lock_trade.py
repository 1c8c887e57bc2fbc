"""Locks the records of a trade in a fixed sequence."""

from dataclasses import dataclass

from ...ports.language.ids import OrderId
from ...ports.language.orders import Order
from ...ports.language.payments import Payment, Payout
from ...ports.orders import Orders
from ...ports.payments import Payments, Payouts


@dataclass(frozen=True, slots=True)
class Trade:
    """An order with its payment and its payout, locked until the end of the transaction."""

    order: Order
    payment: Payment | None
    payout: Payout | None


@dataclass(frozen=True, slots=True)
class LockTrade:
    """Locks an order, then its payment, then its payout, if they exist.

    All code that locks more than one of them uses this sequence, which prevents deadlocks. It needs
    a transaction.
    """

    orders: Orders
    payments: Payments
    payouts: Payouts

    async def __call__(self, order_id: OrderId) -> Trade:
        """Return the trade. Raises NotFound."""
        order = await self.orders.get(order_id)
        payment = await self.payments.find(order_id)
        return Trade(order, payment, await self.payouts.find(order_id))
