"""Ship a pair to the warehouse."""

from dataclasses import dataclass

from ...ports.language.errors import Forbidden
from ...ports.language.ids import OrderId
from ...ports.language.orders import Order
from ...ports.language.steps import SellerShipped
from ...ports.language.users import Actor
from ...ports.orders import Orders
from ...ports.transaction import Transaction
from .parcels import parcel
from .progress import Progress
from .viewers import visible_order


@dataclass(frozen=True, slots=True)
class ShipPair:
    """The seller of a confirmed order gives the carrier and the tracking number.

    The pair must arrive at the warehouse within 14 days.
    """

    transaction: Transaction
    orders: Orders
    progress: Progress

    async def __call__(
        self, actor: Actor, order_id: OrderId, *, carrier: str, tracking_number: str
    ) -> Order:
        """Return the order, which is now seller_shipping.

        Raises NotFound, Forbidden, InvalidText, IllegalMove, Outdated.
        """
        shipment = parcel(carrier, tracking_number)
        async with self.transaction():
            order = await visible_order(self.orders, actor, order_id)
            if actor.user_id != order.seller_id:
                raise Forbidden(action="ship the pair", needs="the seller")
            return await self.progress(order, SellerShipped(shipment))
