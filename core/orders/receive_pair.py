"""The warehouse scans a pair in."""

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

    One that the seller shipped can then be authenticated. One that comes back from the way to its
    buyer is dispatched again. One whose order has ended, or that its buyer sends back after a
    complaint, goes back to its seller, unless the exchange paid for it; if the sale stands, it goes
    back to its buyer.
    """

    transaction: Transaction
    orders: Orders
    progress: Progress

    async def __call__(self, actor: Actor, order_id: OrderId) -> Order:
        """Return the order, now authenticating, or with its pair to be sent on.

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
"""Where a pair is not awaited for the first time."""
