"""The ports to stored notifications, and to what users want to hear of."""

from datetime import datetime
from typing import Protocol

from .language.ids import NotificationId, UserId
from .language.notifications import Notification, NotificationPreferences
from .language.paging import Page, PageRequest


class Notifications(Protocol):
    """What users were told. Writes need a transaction."""

    async def add(self, notification: Notification) -> bool:
        """Store a new notification.

        Return False, and store nothing, if its notice is one that the user is told once for an
        order (`Notice.once_for`) and was told already.
        """
        ...

    async def find(self, notification_id: NotificationId) -> Notification | None:
        """Return the notification, locked until the end of a transaction."""
        ...

    async def mark(self, notification_id: NotificationId, read_at: datetime | None) -> None:
        """Note when a stored notification was read, or that it is unread."""
        ...

    async def of_user(
        self, user_id: UserId, request: PageRequest, *, unread_only: bool = False
    ) -> Page[Notification]:
        """Return a page of what the user reads in the app, newest first."""
        ...

    async def count_unread(self, user_id: UserId) -> int:
        """Return how much of what the user reads in the app is unread."""
        ...

    async def forget(self, before: datetime) -> int:
        """Drop what was made before an instant and return how much. Needs a transaction."""
        ...


class Preferences(Protocol):
    """What users want to hear of, and where. Writes need a transaction."""

    async def get(self, user_id: UserId) -> NotificationPreferences:
        """Return the user's preferences: the defaults, if they never said."""
        ...

    async def put(self, preferences: NotificationPreferences) -> None:
        """Store or replace the user's preferences."""
        ...
