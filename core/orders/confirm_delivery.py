"""Confirm the delivery of a pair to its buyer."""

from dataclasses import dataclass

from ...ports.language.audit import AuditAction
from ...ports.language.errors import Forbidden
from ...ports.language.ids import OrderId
from ...ports.language.orders import DeliveryProof, Order
from ...ports.language.steps import Delivered
from ...ports.language.users import Actor, Role
from ...ports.orders import Orders
from ...ports.transaction import Transaction
from .progress import Progress
from .staff_acts import StaffActs
from .viewers import visible_order


@dataclass(frozen=True, slots=True)
class ConfirmDelivery:
    """The buyer, or an admin who is not a party, confirms that the pair arrived.

    The hold begins, and the seller is paid after it. A buyer who confirms withdraws their complaint
    that the pair was not received. An admin cannot confirm while a complaint is open; they decide
    it instead. An admin's confirmation goes into the audit log.
    """

    transaction: Transaction
    orders: Orders
    staff: StaffActs
    progress: Progress

    async def __call__(self, actor: Actor, order_id: OrderId) -> Order:
        """Return the delivered order.

        Raises NotFound, Forbidden, PartyToTheOrder, IllegalMove, Outdated.
        """
        async with self.transaction():
            order = await visible_order(self.orders, actor, order_id)
            if actor.user_id == order.buyer_id:
                return await self.progress(order, Delivered(DeliveryProof.BUYER))
            if not actor.has(Role.ADMIN):
                raise Forbidden(action="confirm the delivery", needs="the buyer or an admin")
            await self.staff.order_for(actor, order_id, "confirm the delivery")
            order = await self.progress(order, Delivered(DeliveryProof.ADMIN))
            await self.staff.note(actor, order, AuditAction.DELIVERY_CONFIRMED, None)
            return order
