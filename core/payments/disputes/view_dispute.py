"""View a dispute."""

from dataclasses import dataclass

from ....ports.language.disputes import Dispute, Evidence
from ....ports.language.ids import DisputeId
from ....ports.language.users import Actor
from .answer_dispute import AnswerDispute
from .gather_evidence import GatherEvidence


@dataclass(frozen=True, slots=True)
class ViewDispute:
    """Shows a dispute to an admin, with the evidence that would be submitted now."""

    answer: AnswerDispute
    gather_evidence: GatherEvidence

    async def __call__(self, actor: Actor, dispute_id: DisputeId) -> tuple[Dispute, Evidence]:
        """Return the dispute and the evidence. Raises Forbidden, NotFound, PartyToTheOrder."""
        dispute = await self.answer.check(actor, dispute_id, "view a dispute")
        return dispute, await self.gather_evidence(dispute.order_id, "")
