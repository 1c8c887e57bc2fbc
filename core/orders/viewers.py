"""Who sees an order, and what of it each of them sees."""

from enum import Enum

from ...ports.language.complaints import Bearer
from ...ports.language.errors import NotFound
from ...ports.language.ids import OrderId
from ...ports.language.orders import CancelReason, Order
from ...ports.language.users import Actor, Role
from ...ports.orders import Orders


class Viewer(Enum):
    """Who looks at an order."""

    BUYER = "buyer"
    SELLER = "seller"
    STAFF = "staff"

    @classmethod
    def of(cls, actor: Actor, order: Order) -> "Viewer":
        """Return as whom the actor, who may see the order, looks at it.

        Staff who buy or sell in it look at it as the party that they are.
        """
        if actor.user_id == order.buyer_id:
            return cls.BUYER
        return cls.SELLER if actor.user_id == order.seller_id else cls.STAFF

    @property
    def sees_purchase(self) -> bool:
        """Whether what the buyer pays is shown."""
        return self is not Viewer.SELLER

    @property
    def sees_sale(self) -> bool:
        """Whether what the seller gets is shown."""
        return self is not Viewer.BUYER

    def sees_bearer(self, of: Bearer | None) -> bool:
        """Whether it is shown who bears the refund: what the seller owes is the seller's matter."""
        return self.sees_sale or of is Bearer.BUYER

    def sees_note(self, of: CancelReason) -> bool:
        """Whether what was noted with the reason of a cancellation is shown."""
        return self.sees_purchase or not of.noted_for_buyer


async def visible_order(orders: Orders, actor: Actor, order_id: OrderId) -> Order:
    """Return an order to its buyer, its seller, an authenticator or an admin.

    Inside a transaction the order stays locked until its end. Raises NotFound, also for everybody
    else: to them it is not there.
    """
    order = await orders.get(order_id)
    staff = actor.has(Role.AUTHENTICATOR) or actor.has(Role.ADMIN)
    if not staff and actor.user_id not in (order.buyer_id, order.seller_id):
        raise NotFound(what="order", id=order_id)
    return order
