"""Release an order's payout."""

from dataclasses import dataclass

from ...ports.language.audit import AuditAction, parse_reason
from ...ports.language.ids import OrderId
from ...ports.language.orders import FreezeReason, Order
from ...ports.language.steps import PayoutReleased
from ...ports.language.users import Actor
from ...ports.transaction import Transaction
from .moves import check_legal
from .progress import Progress
from .staff_acts import StaffActs


@dataclass(frozen=True, slots=True)
class ReleasePayout:
    """An admin lifts all freezes of an order's payout except a complaint's, which must be decided.

    The payout falls due when no freeze is left and the hold is over. The alarm about an unasked
    action of the payment provider closes with its freeze. The reason goes into the audit log.
    """

    transaction: Transaction
    staff: StaffActs
    progress: Progress

    async def __call__(self, actor: Actor, order_id: OrderId, *, reason: str) -> Order:
        """Return the order.

        Raises Forbidden, InvalidText, NotFound, PartyToTheOrder, Outdated, and IllegalMove, also
        if only a complaint freezes it. Idempotent.
        """
        why = parse_reason(reason)
        async with self.transaction():
            order = await self.staff.order_for(actor, order_id, "release a payout")
            lifted = sorted(order.freezes - {FreezeReason.COMPLAINT})
            if order.freezes and not lifted:
                check_legal(order, PayoutReleased(FreezeReason.ADMIN, why, actor.user_id))
            for freeze in lifted:
                order = await self.progress(order, PayoutReleased(freeze, why, actor.user_id))
            facts = {"lifted": tuple(str(freeze) for freeze in lifted)}
            await self.staff.note(actor, order, AuditAction.PAYOUT_RELEASED, why, facts)
        return order
