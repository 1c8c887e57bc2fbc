"""Extend the seller's time to ship."""

from dataclasses import dataclass

from ...ports.language.errors import Forbidden
from ...ports.language.ids import OrderId
from ...ports.language.orders import Order
from ...ports.language.rules import MarketRules
from ...ports.language.steps import ShipByExtended
from ...ports.language.users import Actor
from ...ports.orders import Orders
from ...ports.transaction import Transaction
from .progress import Progress
from .viewers import visible_order


@dataclass(frozen=True, slots=True)
class ExtendShipment:
    """The seller of a confirmed order may extend the time to ship by 24 hours, once."""

    transaction: Transaction
    orders: Orders
    progress: Progress
    rules: MarketRules

    async def __call__(self, actor: Actor, order_id: OrderId) -> Order:
        """Return the order with its new `ship_by`.

        Raises NotFound, Forbidden, IllegalMove, Outdated.
        """
        async with self.transaction():
            order = await visible_order(self.orders, actor, order_id)
            if actor.user_id != order.seller_id:
                raise Forbidden(action="extend the time to ship", needs="the seller")
            start = order.ship_by or order.updated_at
            return await self.progress(order, ShipByExtended(start + self.rules.shipment_extension))
