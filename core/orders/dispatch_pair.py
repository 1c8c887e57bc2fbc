"""Send a pair from the warehouse."""

from dataclasses import dataclass

from ...ports.language.ids import OrderId
from ...ports.language.orders import Order, OrderStatus
from ...ports.language.steps import OrderStep, Returned, Shipped
from ...ports.language.users import Actor
from ...ports.orders import Orders
from ...ports.transaction import Transaction
from .parcels import parcel
from .progress import Progress
from .viewers import visible_order
from .warehouse import check_warehouse


@dataclass(frozen=True, slots=True)
class DispatchPair:
    """An authenticator sends a pair that passed to its buyer, and a pair due back to its owner.

    The owner is the seller, or the buyer if the sale stands. A pair on its way to the buyer counts
    as delivered after 14 days.
    """

    transaction: Transaction
    orders: Orders
    progress: Progress

    async def __call__(
        self, actor: Actor, order_id: OrderId, *, carrier: str, tracking_number: str
    ) -> Order:
        """Return the order, which is shipping_to_buyer or has its return sent.

        Raises NotFound, Forbidden, PartyToTheOrder, InvalidText, IllegalMove, Outdated.
        """
        shipment = parcel(carrier, tracking_number)
        async with self.transaction():
            order = await visible_order(self.orders, actor, order_id)
            check_warehouse(order, actor, "dispatch the pair")
            to_buyer = order.status is OrderStatus.AUTH_PASSED or order.sale_stands
            step: OrderStep = Shipped(shipment) if to_buyer else Returned(shipment)
            return await self.progress(order, step)
