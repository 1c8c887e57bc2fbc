"""Cancel an order."""

from dataclasses import dataclass

from ...ports.language.audit import AuditAction, parse_reason
from ...ports.language.errors import Forbidden
from ...ports.language.ids import OrderId
from ...ports.language.orders import CancelReason, Order
from ...ports.language.steps import Cancelled
from ...ports.language.users import Actor, Role
from ...ports.orders import Orders
from ...ports.transaction import Transaction
from .progress import Progress
from .staff_acts import StaffActs
from .viewers import visible_order


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """Cancels an order and refunds the buyer in full.

    A seller may cancel a confirmed order and owes the penalty. An admin may cancel any order that
    is not delivered, without a penalty. An admin who is the seller cancels as the seller. A pair in
    the warehouse goes back to the seller.
    """

    transaction: Transaction
    orders: Orders
    staff: StaffActs
    progress: Progress

    async def __call__(self, actor: Actor, order_id: OrderId, *, reason: str) -> Order:
        """Return the cancelled order.

        Raises NotFound, Forbidden, PartyToTheOrder, InvalidText, IllegalMove, Outdated.
        """
        note = parse_reason(reason)
        async with self.transaction():
            order = await visible_order(self.orders, actor, order_id)
            if actor.user_id == order.seller_id:
                step = Cancelled(CancelReason.SELLER_CANCELLED, note, actor.user_id)
                return await self.progress(order, step)
            if not actor.has(Role.ADMIN):
                raise Forbidden(action="cancel the order", needs="the seller or an admin")
            await self.staff.order_for(actor, order_id, "cancel the order")
            step = Cancelled(CancelReason.ADMIN_CANCELLED, note, actor.user_id)
            order = await self.progress(order, step)
            await self.staff.note(actor, order, AuditAction.ORDER_CANCELLED, note)
            return order
