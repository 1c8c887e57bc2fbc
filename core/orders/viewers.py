"""Who may see an order, and which parts of it."""

from collections.abc import Collection, Sequence
from enum import Enum

from ...ports.language.complaints import Bearer
from ...ports.language.errors import NotFound
from ...ports.language.ids import OrderId
from ...ports.language.orders import CancelReason, Order
from ...ports.language.users import Actor, Role
from ...ports.orders import Orders


class Viewer(Enum):
    """The capacity in which somebody views an order."""

    BUYER = "buyer"
    SELLER = "seller"
    STAFF = "staff"

    @classmethod
    def of(cls, actor: Actor, order: Order) -> "Viewer":
        """Return the capacity in which the actor, who may see the order, views it.

        Staff who are a party to the order view it as that party.
        """
        if actor.user_id == order.buyer_id:
            return cls.BUYER
        return cls.SELLER if actor.user_id == order.seller_id else cls.STAFF

    @property
    def sees_purchase(self) -> bool:
        """Whether the viewer sees what the buyer pays."""
        return self is not Viewer.SELLER

    @property
    def sees_sale(self) -> bool:
        """Whether the viewer sees what the seller gets."""
        return self is not Viewer.BUYER

    def sees_bearer(self, of: Bearer | None) -> bool:
        """Whether the viewer sees who bears the refund. The buyer sees it only if it is them."""
        return self.sees_sale or of is Bearer.BUYER

    def sees_note(self, of: CancelReason) -> bool:
        """Whether the viewer sees the note of a cancellation."""
        return self.sees_purchase or not of.noted_for_buyer


async def visible_order(orders: Orders, actor: Actor, order_id: OrderId) -> Order:
    """Return an order to its buyer, its seller, an authenticator or an admin.

    Inside a transaction the order stays locked until the end. Raises NotFound, also if the actor
    may not see the order.
    """
    order = await orders.get(order_id)
    _check_visible(actor, order)
    return order


async def visible_orders(
    orders: Orders, actor: Actor, order_ids: Collection[OrderId]
) -> Sequence[Order]:
    """Return orders like `visible_order`, together and without a lock. Raises NotFound."""
    found = await orders.look_up(order_ids)
    for order in found.values():
        _check_visible(actor, order)
    return [found[order_id] for order_id in order_ids]


def _check_visible(actor: Actor, order: Order) -> None:
    staff = actor.has(Role.AUTHENTICATOR) or actor.has(Role.ADMIN)
    if not staff and actor.user_id not in (order.buyer_id, order.seller_id):
        raise NotFound(what="order", id=order.id)
