"""Refund an order as an admin."""

from dataclasses import dataclass

from ...ports.language.audit import AuditAction, Fact, parse_reason
from ...ports.language.complaints import Bearer
from ...ports.language.ids import OrderId
from ...ports.language.orders import CancelReason, Order, OrderStatus
from ...ports.language.steps import Cancelled, OrderStep, RefundGranted
from ...ports.language.users import Actor
from ...ports.transaction import Transaction
from .moves import check_legal
from .progress import Progress
from .staff_acts import StaffActs


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """An admin refunds the buyer of a paid order and says who bears the refund.

    Before delivery this cancels the order. After delivery the buyer is refunded even if the seller
    was paid, and an open complaint is decided for the buyer. If the exchange bears the refund, the
    seller is paid only if the warehouse had the pair or a carrier is known to have had it. An order
    that is not paid yet cannot be refunded; cancel it instead. The reason goes into the audit log,
    and both parties see it.
    """

    transaction: Transaction
    staff: StaffActs
    progress: Progress

    async def __call__(
        self, actor: Actor, order_id: OrderId, *, reason: str, borne_by: Bearer
    ) -> Order:
        """Return the order.

        Raises Forbidden, InvalidText, NotFound, PartyToTheOrder, IllegalMove, Outdated.
        """
        why = parse_reason(reason)
        async with self.transaction():
            order = await self.staff.order_for(actor, order_id, "refund an order")
            granted = RefundGranted(actor.user_id, why, borne_by)
            step: OrderStep = granted
            if order.status is OrderStatus.PENDING:
                check_legal(order, granted)
            if order.status not in _DELIVERED_OR_OVER:
                step = Cancelled(
                    CancelReason.ADMIN_CANCELLED, why, actor.user_id, borne_by=borne_by
                )
            order = await self.progress(order, step)
            facts: dict[str, Fact] = {"borne_by": borne_by, "refund": order.refund_amount}
            await self.staff.note(actor, order, AuditAction.ORDER_REFUNDED, why, facts)
        return order


_DELIVERED_OR_OVER = (OrderStatus.DELIVERED, OrderStatus.CANCELLED, OrderStatus.AUTH_FAILED)
