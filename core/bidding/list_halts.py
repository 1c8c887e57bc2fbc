"""List halts, for admins."""

from dataclasses import dataclass

from ...ports.halts import Halts
from ...ports.language.halts import Halt
from ...ports.language.paging import Page, PageRequest
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role


@dataclass(frozen=True, slots=True)
class ListHalts:
    """Lists halts that stand and halts that have ended."""

    halts: Halts

    async def __call__(
        self, actor: Actor, request: PageRequest, *, standing: bool | None = None
    ) -> Page[Halt]:
        """Return a page of halts, newest first.

        `standing` selects only those that stand (True) or have ended (False). Raises Forbidden.
        """
        check_role(actor, Role.ADMIN, "list halts")
        return await self.halts.page(request, standing=standing)
