"""List your notifications."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ...ports.language.notifications import Notification
from ...ports.language.paging import PageRequest
from ...ports.language.users import Actor
from ...ports.notifications import Notifications


@dataclass(frozen=True, slots=True)
class NotificationPage:
    """A page of notifications, and the number of unread ones on all pages."""

    items: Sequence[Notification]
    next_cursor: UUID | None
    unread: int


@dataclass(frozen=True, slots=True)
class ListNotifications:
    """A user lists the notifications that they read in the app."""

    notifications: Notifications

    async def __call__(
        self, actor: Actor, request: PageRequest, *, unread_only: bool = False
    ) -> NotificationPage:
        """Return a page of the actor's notifications, newest first."""
        page = await self.notifications.of_user(actor.user_id, request, unread_only=unread_only)
        unread = await self.notifications.count_unread(actor.user_id)
        return NotificationPage(page.items, page.next_cursor, unread)
