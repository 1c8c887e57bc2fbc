"""List the notifications in your inbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ...ports.language.notifications import Notification
from ...ports.language.paging import PageRequest
from ...ports.language.users import Actor
from ...ports.notifications import Notifications


@dataclass(frozen=True, slots=True)
class InboxPage:
    """A page of an inbox, and the number of unread notifications in the whole inbox."""

    items: Sequence[Notification]
    next_cursor: UUID | None
    unread: int


@dataclass(frozen=True, slots=True)
class ListNotifications:
    """A user lists the notifications in their inbox."""

    notifications: Notifications

    async def __call__(
        self, actor: Actor, request: PageRequest, *, unread_only: bool = False
    ) -> InboxPage:
        """Return a page of the actor's inbox, newest first."""
        page = await self.notifications.inbox_of(actor.user_id, request, unread_only=unread_only)
        unread = await self.notifications.count_unread(actor.user_id)
        return InboxPage(page.items, page.next_cursor, unread)
