"""Mark a notification as read or unread."""

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
    """A user marks a notification as read or unread.

    Marking a read notification as read again keeps the time of the first reading.
    """

    transaction: Transaction
    notifications: Notifications
    clock: Clock

    async def __call__(
        self, actor: Actor, notification_id: NotificationId, *, read: bool
    ) -> Notification:
        """Return the updated notification.

        Raises NotFound, also if the user does not read the notification in the app.
        """
        async with self.transaction():
            found = await self.notifications.find(notification_id)
            if found is None or found.user_id != actor.user_id or not found.in_app:
                raise NotFound(what="notification", id=notification_id)
            if read == (found.read_at is not None):
                return found
            marked = replace(found, read_at=self.clock.now() if read else None)
            await self.notifications.mark(marked.id, marked.read_at)
            return marked
