"""Notifications and users' preferences, in memory."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import islice

from ...ports.language.ids import NotificationId, UserId
from ...ports.language.notifications import Notification, NotificationPreferences, Recipient
from ...ports.language.paging import Page, PageRequest
from ...ports.language.portions import PORTION
from ...ports.notifications import Notifications, Preferences
from .database import MemoryAdapter
from .paging import newest_first
from .tables import day_of, drop_if_empty, until
from .users import recipient_of


class MemoryNotifications(MemoryAdapter, Notifications):
    """Notifications by id, and an index of what each user reads in the app."""

    async def add(self, *notifications: Notification) -> None:
        await self._database.writing()
        for notification in notifications:
            self._add(notification)

    def _add(self, notification: Notification) -> None:
        order_id = notification.notice.once_for
        if order_id is not None:
            once = (notification.user_id, notification.notice.KIND, order_id)
            if once in self._tables.told_once:
                return
            self._database.put(self._tables.told_once, once, None)
        of_day = self._tables.notifications_on_day[day_of(notification.created_at)]
        self._database.put(of_day, notification.id, notification)
        self._database.put(self._tables.notifications, notification.id, notification)
        if notification.in_app:
            listed = self._tables.listed_of_user[notification.user_id]
            self._database.put(listed, notification.id, None)
            self._note(notification)

    async def find(self, notification_id: NotificationId) -> Notification | None:
        with await self._database.reading():
            return self._tables.notifications.get(notification_id)

    async def find_addressed(
        self, notification_id: NotificationId
    ) -> tuple[Notification, Recipient] | None:
        with await self._database.reading():
            found = self._tables.notifications.get(notification_id)
            if found is None or (user := self._tables.users.get(found.user_id)) is None:
                return None
            return found, recipient_of(user, self._tables)

    async def mark(self, notification_id: NotificationId, read_at: datetime | None) -> None:
        await self._database.writing()
        marked = replace(self._tables.notifications[notification_id], read_at=read_at)
        self._database.put(self._tables.notifications, notification_id, marked)
        if marked.in_app:
            self._note(marked)

    async def of_user(
        self, user_id: UserId, request: PageRequest, *, unread_only: bool = False
    ) -> Page[Notification]:
        with await self._database.reading():
            tables = self._tables
            of_user = tables.unread_of_user if unread_only else tables.listed_of_user
            return newest_first(of_user.get(user_id, ()), tables.notifications, request)

    async def count_unread(self, user_id: UserId, *, most: int | None = None) -> int:
        with await self._database.reading():
            unread = len(self._tables.unread_of_user.get(user_id, ()))
            return unread if most is None else min(unread, most)

    async def forget(self, before: datetime) -> int:
        await self._database.writing()
        made = until(before, self._tables.notifications_on_day)
        old = list(islice((one for one in made if one.created_at < before), PORTION))
        for notification in old:
            self.drop(notification)
        return len(old)

    def _note(self, notification: Notification) -> None:
        """Update the index of unread notifications for one that is shown in the app."""
        unread = self._tables.unread_of_user[notification.user_id]
        if notification.read_at is None:
            self._database.put(unread, notification.id, None)
        elif notification.id in unread:
            self._database.remove(unread, notification.id)

    def drop(self, notification: Notification) -> None:
        """Remove a notification with its places in the indexes. Needs a transaction."""
        user_id, order_id = notification.user_id, notification.notice.once_for
        by_day, day = self._tables.notifications_on_day, day_of(notification.created_at)
        for of_user in (self._tables.listed_of_user, self._tables.unread_of_user):
            if notification.id in of_user.get(user_id, ()):
                self._database.remove(of_user[user_id], notification.id)
        if order_id is not None:
            once = (user_id, notification.notice.KIND, order_id)
            self._database.remove(self._tables.told_once, once)
        self._database.remove(by_day[day], notification.id)
        self._database.remove(self._tables.notifications, notification.id)
        self._database.announce(partial(drop_if_empty, by_day, day))


class MemoryPreferences(MemoryAdapter, Preferences):
    """The preferences of users who changed them."""

    async def get(self, user_id: UserId) -> NotificationPreferences:
        with await self._database.reading():
            said = self._tables.notification_preferences.get(user_id)
        return said or NotificationPreferences(user_id)

    async def put(self, preferences: NotificationPreferences) -> None:
        await self._database.writing()
        table = self._tables.notification_preferences
        self._database.put(table, preferences.user_id, preferences)
