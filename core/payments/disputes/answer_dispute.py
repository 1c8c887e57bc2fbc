"""What every answer to a dispute has in common: who may give it, and its record."""

from dataclasses import dataclass

from ....ports.audit_log import AuditLog
from ....ports.disputes import Disputes
from ....ports.language.audit import (
    Act,
    AuditAction,
    Fact,
    Reason,
    Target,
    TargetKind,
)
from ....ports.language.disputes import Dispute, DisputeStatus
from ....ports.language.errors import DisputeNotOpen
from ....ports.language.ids import DisputeId
from ....ports.language.staff import check_no_party, check_role
from ....ports.language.users import Actor, Role
from ....ports.orders import Orders
from ....ports.transaction import Transaction
from .record_dispute import RecordDispute


@dataclass(frozen=True, slots=True)
class AnswerDispute:
    """Checks who may answer a dispute, and records the answer and its reason.

    The entry in the audit log is committed before the provider is asked, so no act is without one
    if the process dies between. It says what an admin wanted, also if the bank refuses it.
    """

    transaction: Transaction

    disputes: Disputes
    orders: Orders
    audit_log: AuditLog
    record_dispute: RecordDispute

    async def check(self, actor: Actor, dispute_id: DisputeId, action: str) -> Dispute:
        """Return the dispute. Raises Forbidden, NotFound, PartyToTheOrder."""
        check_role(actor, Role.ADMIN, action)
        dispute = await self.disputes.get(dispute_id)
        if dispute.order_id is not None:
            order = await self.orders.get(dispute.order_id)
            check_no_party(actor, order.id, buyer_id=order.buyer_id, seller_id=order.seller_id)
        return dispute

    async def note(
        self,
        actor: Actor,
        dispute: Dispute,
        action: AuditAction,
        why: Reason,
        facts: dict[str, Fact],
    ) -> None:
        """Record in the audit log what the provider will be asked.

        Raises DisputeNotOpen if the bank has decided for the exchange already.
        """
        if dispute.status is DisputeStatus.WON:
            raise DisputeNotOpen(name=dispute.name, status=dispute.status)
        act = Act(
            actor_id=actor.user_id,
            token_id=actor.token_id,
            action=action,
            target=Target(TargetKind.DISPUTE, dispute.id),
            reason=why,
            facts={"name": dispute.name, "amount": dispute.amount, **facts},
        )
        async with self.transaction():
            await self.audit_log.add(act)
