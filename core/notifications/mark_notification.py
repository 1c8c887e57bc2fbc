"""A user has read a notification, or wants to read it again."""

from dataclasses import dataclass, replace

from ...ports.clock import Clock
from ...ports.language.errors import NotFound
from ...ports.language.ids import NotificationId
from ...ports.language.notifications import Notification
from ...ports.language.users import Actor
from ...ports.notifications import Notifications
from ...ports.transaction import Transaction


@dataclass(frozen=True, slots=True)
class MarkNotification:
    """Users mark what is in their inbox as read or unread. The first reading is the one noted."""

    transaction: Transaction
    notifications: Notifications
    clock: Clock

    async def __call__(
        self, actor: Actor, notification_id: NotificationId, *, read: bool
    ) -> Notification:
        """Return the notification as it is now.

        Raises NotFound, also for what is not in the user's own inbox.
        """
        async with self.transaction():
            found = await self.notifications.find(notification_id)
            if found is None or found.user_id != actor.user_id or not found.in_inbox:
                raise NotFound(what="notification", id=notification_id)
            if read == (found.read_at is not None):
                return found
            marked = replace(found, read_at=self.clock.now() if read else None)
            await self.notifications.mark(marked.id, marked.read_at)
            return marked
