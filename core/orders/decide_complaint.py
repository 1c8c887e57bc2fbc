"""Decide a complaint."""

from dataclasses import dataclass

from ...ports.language.audit import AuditAction, Reason, parse_reason
from ...ports.language.complaints import Bearer
from ...ports.language.errors import InvalidDecision
from ...ports.language.ids import OrderId
from ...ports.language.orders import Order
from ...ports.language.steps import ComplaintDismissed, ComplaintUpheld
from ...ports.language.users import Actor, Role
from ...ports.transaction import Transaction
from .progress import Progress
from .staff_acts import StaffActs


@dataclass(frozen=True, slots=True)
class DecideComplaint:
    """An admin decides a complaint for the seller or the buyer.

    If the seller is right, the sale stands. If the buyer is right, the admin says who bears the
    refund. A buyer whose pair is not as described is refunded when the pair is back at the
    warehouse, or at once if the admin waives the return. Until the pair is back, an admin can still
    waive the return or decide for the seller, because the buyer may never send it. The reason goes
    into the audit log, and both parties see it.
    """

    transaction: Transaction
    staff: StaffActs
    progress: Progress

    async def __call__(
        self,
        actor: Actor,
        order_id: OrderId,
        *,
        in_favour_of: Role,
        reason: str,
        borne_by: Bearer | None = None,
        waive_return: bool = False,
    ) -> Order:
        """Return the order.

        Raises Forbidden, InvalidText, InvalidDecision, NotFound, PartyToTheOrder, IllegalMove,
        Outdated.
        """
        why = parse_reason(reason)
        step = _decision(actor, in_favour_of, why, borne_by, waive_return)
        async with self.transaction():
            order = await self.staff.order_for(actor, order_id, "decide on a complaint")
            order = await self.progress(order, step)
            facts = {
                "in_favour_of": in_favour_of,
                "borne_by": borne_by,
                "waive_return": waive_return,
            }
            await self.staff.note(actor, order, AuditAction.COMPLAINT_DECIDED, why, facts)
        return order


def _decision(
    actor: Actor, in_favour_of: Role, why: Reason, borne_by: Bearer | None, waive_return: bool
) -> ComplaintDismissed | ComplaintUpheld:
    """Return the step to record. Raises InvalidDecision."""
    if in_favour_of is Role.SELLER:
        if borne_by is not None or waive_return:
            problem = "if the seller is right, there is no refund to bear and no return to waive"
            raise InvalidDecision(problem=problem)
        return ComplaintDismissed(actor.user_id, why)
    if in_favour_of is not Role.BUYER:
        raise InvalidDecision(problem="decide a complaint for the buyer or for the seller")
    if borne_by is None:
        raise InvalidDecision(problem="a decision for the buyer must say who bears the refund")
    return ComplaintUpheld(actor.user_id, why, borne_by, waive_return)
