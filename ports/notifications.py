"""The ports to stored notifications and to users' preferences."""

from datetime import datetime
from typing import Protocol

from .language.ids import NotificationId, UserId
from .language.notifications import Notification, NotificationPreferences, Recipient
from .language.paging import Page, PageRequest


class Notifications(Protocol):
    """Users' notifications. Writes need a transaction."""

    async def add(self, *notifications: Notification) -> None:
        """Store new notifications.

        One is not stored if its user already got this kind of notice for the order
        (`Notice.once_for`).
        """
        ...

    async def find(self, notification_id: NotificationId) -> Notification | None:
        """Return the notification, locked until the end of a transaction."""
        ...

    async def find_addressed(
        self, notification_id: NotificationId
    ) -> tuple[Notification, Recipient] | None:
        """Return the notification with its recipient, or None if either does not exist."""
        ...

    async def mark(self, notification_id: NotificationId, read_at: datetime | None) -> None:
        """Record when a stored notification was read, or that it is unread."""
        ...

    async def of_user(
        self, user_id: UserId, request: PageRequest, *, unread_only: bool = False
    ) -> Page[Notification]:
        """Return a page of the notifications that the user reads in the app, newest first."""
        ...

    async def count_unread(self, user_id: UserId, *, most: int | None = None) -> int:
        """Return the number of unread notifications that the user reads in the app.

        With `most`, no more are counted.
        """
        ...

    async def forget(self, before: datetime) -> int:
        """Delete a portion of the notifications from before an instant, and return how many.

        Needs a transaction.
        """
        ...


class Preferences(Protocol):
    """Users' notification preferences. Writes need a transaction."""

    async def get(self, user_id: UserId) -> NotificationPreferences:
        """Return the user's preferences, or the defaults."""
        ...

    async def put(self, preferences: NotificationPreferences) -> None:
        """Store or replace the user's preferences."""
        ...
