"""Submit the evidence for a dispute."""

from dataclasses import dataclass, replace

from ....ports.clock import Clock
from ....ports.dispute_desk import DisputeDesk
from ....ports.disputes import Disputes
from ....ports.language.audit import (
    AuditAction,
    Fact,
    parse_reason,
)
from ....ports.language.disputes import Dispute, DisputeStatus
from ....ports.language.errors import DisputeNotOpen
from ....ports.language.ids import DisputeId
from ....ports.language.text import check_text
from ....ports.language.users import Actor
from ....ports.transaction import Transaction
from ..patience import Patience
from .answer_dispute import AnswerDispute
from .gather_evidence import GatherEvidence

_MAX_REMARK = 5_000


@dataclass(frozen=True, slots=True)
class SubmitEvidence:
    """An admin hands the evidence for a dispute to the bank, once.

    It is composed of what the exchange has: the order, the examination with its photos, the parcel
    and the delivery. An admin can add a remark. The audit log has the reason and which texts were
    given, and not the texts, which have the buyer's name and address.
    """

    transaction: Transaction
    answer: AnswerDispute
    gather_evidence: GatherEvidence
    disputes: Disputes
    desk: DisputeDesk
    patience: Patience
    clock: Clock

    async def __call__(
        self, actor: Actor, dispute_id: DisputeId, *, reason: str, remark: str = ""
    ) -> Dispute:
        """Return the dispute.

        Raises Forbidden, InvalidText, NotFound, PartyToTheOrder, DisputeNotOpen, and Unavailable,
        after which the same can be asked again.
        """
        why = parse_reason(reason)
        dispute = await self.answer.check(actor, dispute_id, "submit evidence")
        if remark:
            remark = check_text("remark", remark, max_length=_MAX_REMARK)
        if dispute.submitted_at is not None or dispute.status is DisputeStatus.LOST:
            raise DisputeNotOpen(name=dispute.name, status=dispute.status)
        evidence = await self.gather_evidence(dispute.order_id, remark)
        facts: dict[str, Fact] = {"texts": tuple(sorted(evidence.given()))}
        await self.answer.note(actor, dispute, AuditAction.EVIDENCE_SUBMITTED, why, facts)
        report = await self.patience.wait_for(self.desk.submit(dispute.name, evidence))
        async with self.transaction():
            dispute = await self.answer.record_dispute(report)
            dispute = replace(dispute, submitted_at=self.clock.now())
            await self.disputes.save(dispute)
        return dispute
