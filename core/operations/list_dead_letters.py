"""List dead letters."""

from dataclasses import dataclass

from ...ports.event_bus import DeadLetters
from ...ports.language.messages import Delivery, Queue
from ...ports.language.paging import Page, PageRequest
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role


@dataclass(frozen=True, slots=True)
class ListDeadLetters:
    """An admin lists the deliveries that failed too often to be retried."""

    dead_letters: DeadLetters

    async def __call__(
        self, actor: Actor, request: PageRequest, queue: Queue | None = None
    ) -> Page[Delivery]:
        """Return a page, newest first, of all dead letters or a queue's. Raises Forbidden."""
        check_role(actor, Role.ADMIN, "list dead letters")
        return await self.dead_letters.page(request, queue)
