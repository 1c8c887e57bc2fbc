"""Receive a pair at the warehouse."""

from dataclasses import dataclass

from ...ports.language.ids import OrderId
from ...ports.language.orders import Order, OrderStatus
from ...ports.language.steps import OrderStep, PairArrived, Received
from ...ports.language.users import Actor
from ...ports.orders import Orders
from ...ports.transaction import Transaction
from .progress import Progress
from .viewers import visible_order
from .warehouse import check_warehouse


@dataclass(frozen=True, slots=True)
class ReceivePair:
    """An authenticator receives a pair.

    A pair from the seller can then be authenticated. A pair that comes back on its way to the buyer
    must be dispatched again. If the order has ended, or the buyer returns the pair after a
    complaint, it is due back to the seller, unless the exchange pays for it. If the sale stands, it
    is due back to the buyer.
    """

    transaction: Transaction
    orders: Orders
    progress: Progress

    async def __call__(self, actor: Actor, order_id: OrderId) -> Order:
        """Return the order, which is now authenticating or has a pair to send.

        Raises NotFound, Forbidden, PartyToTheOrder, IllegalMove, Outdated.
        """
        async with self.transaction():
            order = await visible_order(self.orders, actor, order_id)
            check_warehouse(order, actor, "receive the pair")
            step: OrderStep = Received(actor.user_id)
            if order.status in _AGAIN:
                step = PairArrived(actor.user_id)
            return await self.progress(order, step)


_AGAIN = (
    OrderStatus.SHIPPING_TO_BUYER,
    OrderStatus.DELIVERED,
    OrderStatus.CANCELLED,
    OrderStatus.AUTH_FAILED,
)
"""States in which an arriving pair is a return or late, and is not authenticated."""
