"""List disputes."""

from dataclasses import dataclass

from ....ports.disputes import Disputes
from ....ports.language.disputes import Dispute
from ....ports.language.paging import Page, PageRequest
from ....ports.language.staff import check_role
from ....ports.language.users import Actor, Role


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
