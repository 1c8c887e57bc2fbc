"""The records of one trade are locked in one order."""

from dataclasses import dataclass

from ...ports.language.ids import OrderId
from ...ports.language.orders import Order
from ...ports.language.payments import Payment, Payout
from ...ports.orders import Orders
from ...ports.payments import Payments, Payouts


@dataclass(frozen=True, slots=True)
class Trade:
    """An order with its payment and its payout, as they are until the end of a transaction."""

    order: Order
    payment: Payment | None
    payout: Payout | None


@dataclass(frozen=True, slots=True)
class LockTrade:
    """Locks an order, then its payment, then its payout, where there are any.

    Whoever locks more than one of them does it in this order, so that no two transactions wait for
    each other. It needs a transaction.
    """

    orders: Orders
    payments: Payments
    payouts: Payouts

    async def __call__(self, order_id: OrderId) -> Trade:
        """Return the trade. Raises NotFound."""
        order = await self.orders.get(order_id)
        payment = await self.payments.find(order_id)
        return Trade(order, payment, await self.payouts.find(order_id))
