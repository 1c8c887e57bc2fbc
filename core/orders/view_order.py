"""A user looks at an order."""

from dataclasses import dataclass

from ...ports.language.errors import NotFound
from ...ports.language.ids import OrderId
from ...ports.language.orders import Order
from ...ports.language.users import Actor, Role
from ...ports.orders import Orders


@dataclass(frozen=True, slots=True)
class ViewOrder:
    """Its buyer, its seller, authenticators and admins see an order; to others it is not there.

    Inside a transaction the order stays locked until its end.
    """

    orders: Orders

    async def __call__(self, actor: Actor, order_id: OrderId) -> Order:
        """Return the order. Raises NotFound."""
        order = await self.orders.get(order_id)
        staff = actor.has(Role.AUTHENTICATOR) or actor.has(Role.ADMIN)
        if not staff and actor.user_id not in (order.buyer_id, order.seller_id):
            raise NotFound(what="order", id=order_id)
        return order
