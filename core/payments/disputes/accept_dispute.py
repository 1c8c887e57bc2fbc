"""Give a dispute up."""

from dataclasses import dataclass

from ....ports.dispute_desk import DisputeDesk
from ....ports.language.audit import (
    AuditAction,
    parse_reason,
)
from ....ports.language.disputes import Dispute
from ....ports.language.ids import DisputeId
from ....ports.language.users import Actor
from ..patience import Patience
from .answer_dispute import AnswerDispute


@dataclass(frozen=True, slots=True)
class AcceptDispute:
    """An admin gives a dispute up, because the buyer is right: it is lost at once."""

    answer: AnswerDispute
    desk: DisputeDesk
    patience: Patience

    async def __call__(self, actor: Actor, dispute_id: DisputeId, *, reason: str) -> Dispute:
        """Return the dispute.

        Raises Forbidden, InvalidText, NotFound, PartyToTheOrder, DisputeNotOpen, and Unavailable,
        after which the same can be asked again.
        """
        why = parse_reason(reason)
        dispute = await self.answer.check(actor, dispute_id, "give up a dispute")
        await self.answer.note(actor, dispute, AuditAction.DISPUTE_ACCEPTED, why, {})
        report = await self.patience.wait_for(self.desk.accept(dispute.name))
        return await self.answer.record_dispute(report)
