"""The pair reached its buyer."""

from dataclasses import dataclass

from ...ports.language.errors import Forbidden
from ...ports.language.ids import OrderId
from ...ports.language.order_history import Delivered
from ...ports.language.orders import DeliveryProof, Order
from ...ports.language.users import Actor, Role
from ...ports.transaction import Transaction
from .progress import Progress
from .view_order import ViewOrder


@dataclass(frozen=True, slots=True)
class ConfirmDelivery:
    """The buyer, or an admin, says that the pair arrived. After the hold the seller is paid."""

    transaction: Transaction
    view_order: ViewOrder
    progress: Progress

    async def __call__(self, actor: Actor, order_id: OrderId) -> Order:
        """Return the order, now delivered. Raises NotFound, Forbidden, IllegalMove."""
        async with self.transaction():
            order = await self.view_order(actor, order_id)
            if actor.user_id == order.buyer_id:
                proof = DeliveryProof.BUYER
            elif actor.has(Role.ADMIN):
                proof = DeliveryProof.ADMIN
            else:
                raise Forbidden(action="confirm the delivery", needs="the buyer or an admin")
            return await self.progress(order, Delivered(proof))
