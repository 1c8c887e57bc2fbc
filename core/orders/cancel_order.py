"""An order is cancelled."""

from dataclasses import dataclass

from ...ports.language.errors import Forbidden
from ...ports.language.ids import OrderId
from ...ports.language.order_history import Cancelled
from ...ports.language.orders import CancelReason, Order
from ...ports.language.text import check_text
from ...ports.language.users import Actor, Role
from ...ports.transaction import Transaction
from .progress import Progress
from .view_order import ViewOrder


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """The seller may cancel a confirmed order, at the price of the penalty; an admin also one that
    is on its way to the warehouse, without. The buyer gets everything back.
    """

    transaction: Transaction
    view_order: ViewOrder
    progress: Progress

    async def __call__(self, actor: Actor, order_id: OrderId, *, reason: str) -> Order:
        """Return the order, now cancelled. Raises NotFound, Forbidden, InvalidText, IllegalMove."""
        note = check_text("reason", reason, max_length=500)
        async with self.transaction():
            order = await self.view_order(actor, order_id)
            if actor.user_id == order.seller_id:
                why = CancelReason.SELLER_CANCELLED
            elif actor.has(Role.ADMIN):
                why = CancelReason.ADMIN_CANCELLED
            else:
                raise Forbidden(action="cancel the order", needs="the seller or an admin")
            return await self.progress(order, Cancelled(why, note, actor.user_id))
