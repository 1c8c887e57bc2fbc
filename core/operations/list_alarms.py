"""List alarms."""

from dataclasses import dataclass

from ...ports.alarms import Alarms
from ...ports.language.alarms import Alarm
from ...ports.language.paging import Page, PageRequest
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role


@dataclass(frozen=True, slots=True)
class ListAlarms:
    """An admin lists the open alarms, or all of them."""

    alarms: Alarms

    async def __call__(
        self, actor: Actor, request: PageRequest, *, open_only: bool = False
    ) -> Page[Alarm]:
        """Return a page of alarms, newest first. Raises Forbidden."""
        check_role(actor, Role.ADMIN, "list alarms")
        return await self.alarms.page(request, open_only=open_only)
