"""An admin looks at which books are halted."""

from dataclasses import dataclass

from ...ports.halts import Halts
from ...ports.language.halts import Halt
from ...ports.language.paging import Page, PageRequest
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role


@dataclass(frozen=True, slots=True)
class ListHalts:
    """Halts that stand, and those that ended."""

    halts: Halts

    async def __call__(
        self, actor: Actor, request: PageRequest, *, standing: bool | None = None
    ) -> Page[Halt]:
        """Return a page of them, newest first: all, or only those that stand, or have ended.

        Raises Forbidden.
        """
        check_role(actor, Role.ADMIN, "list halts")
        return await self.halts.page(request, standing=standing)
