"""List and view disputes."""

from dataclasses import dataclass

from ....ports.disputes import Disputes
from ....ports.language.disputes import Dispute, Evidence
from ....ports.language.ids import DisputeId
from ....ports.language.paging import Page, PageRequest
from ....ports.language.staff import check_role
from ....ports.language.users import Actor, Role
from .answer_dispute import AnswerDispute, GatherEvidence


@dataclass(frozen=True, slots=True)
class ListDisputes:
    """Lists the disputes for admins, newest first."""

    disputes: Disputes

    async def __call__(
        self, actor: Actor, request: PageRequest, *, open_only: bool = False
    ) -> Page[Dispute]:
        """Return a page. Raises Forbidden."""
        check_role(actor, Role.ADMIN, "list disputes")
        return await self.disputes.page(request, open_only=open_only)


@dataclass(frozen=True, slots=True)
class ViewDispute:
    """Shows a dispute to an admin, with the evidence that would be submitted now."""

    answer: AnswerDispute
    gather_evidence: GatherEvidence

    async def __call__(self, actor: Actor, dispute_id: DisputeId) -> tuple[Dispute, Evidence]:
        """Return the dispute and the evidence. Raises Forbidden, NotFound, PartyToTheOrder."""
        dispute = await self.answer.check(actor, dispute_id, "view a dispute")
        return dispute, await self.gather_evidence(dispute.order_id, "")
