"""Freeze an order's payout."""

from dataclasses import dataclass

from ...ports.language.audit import AuditAction, parse_reason
from ...ports.language.ids import OrderId
from ...ports.language.orders import FreezeReason, Order
from ...ports.language.steps import PayoutFrozen
from ...ports.language.users import Actor
from ...ports.transaction import Transaction
from .progress import Progress
from .staff_acts import StaffActs


@dataclass(frozen=True, slots=True)
class FreezePayout:
    """An admin freezes the payout of an order; otherwise the order continues.

    The seller is notified. A payout already requested from the provider is not stopped. The reason
    goes into the audit log and the history, and only staff see it.
    """

    transaction: Transaction
    staff: StaffActs
    progress: Progress

    async def __call__(self, actor: Actor, order_id: OrderId, *, reason: str) -> Order:
        """Return the order.

        Raises Forbidden, InvalidText, NotFound, PartyToTheOrder, Outdated, and IllegalMove, also
        if nothing is left to pay. Idempotent.
        """
        why = parse_reason(reason)
        async with self.transaction():
            order = await self.staff.order_for(actor, order_id, "freeze a payout")
            if FreezeReason.ADMIN not in order.freezes:
                step = PayoutFrozen(FreezeReason.ADMIN, why, actor.user_id)
                order = await self.progress(order, step)
            await self.staff.note(actor, order, AuditAction.PAYOUT_FROZEN, why)
        return order
