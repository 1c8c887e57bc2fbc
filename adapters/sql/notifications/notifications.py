"""Notifications, in SQL."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update

from ....ports.language.ids import NotificationId, UserId
from ....ports.language.notifications import Notification, NotificationKind
from ....ports.language.paging import Page, PageRequest
from ....ports.notifications import Notifications
from ..engine.constructs import insert_or_skip
from ..engine.database import SqlDatabase
from ..engine.paging import newest_first, page
from ..engine.payloads import decode_notice, encode
from ..engine.statement import Row, Statement
from ..schema import notifications

_columns = notifications.c
_in_app = _columns.in_app & (_columns.user_id == bindparam("user_id"))
_unread = _in_app & _columns.read_at.is_(None)

_ADD = Statement(insert_or_skip(notifications, _columns.user_id, _columns.kind, _columns.once_for))
_FIND = Statement(select(notifications).where(_columns.id == bindparam("id")), locks=True)
_MARK = Statement(
    update(notifications)
    .where(_columns.id == bindparam("notification_id"))
    .values(read_at=bindparam("read_at"))
)
_IN_APP = Statement(newest_first(select(notifications).where(_in_app), _columns.id))
_UNREAD = Statement(newest_first(select(notifications).where(_unread), _columns.id))
_COUNT_UNREAD = Statement(select(func.count().label("unread")).where(_unread))
_FORGET = Statement(
    delete(notifications).where(_columns.created_at < bindparam("before")), long=True
)


class SqlNotifications(Notifications):
    """Notifications, one row each. A unique constraint prevents duplicates."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def add(self, notification: Notification) -> bool:
        return await self._database.execute(_ADD, **_values(notification)) == 1

    async def find(self, notification_id: NotificationId) -> Notification | None:
        row = await self._database.first(_FIND, id=notification_id)
        return None if row is None else _notification(row)

    async def mark(self, notification_id: NotificationId, read_at: datetime | None) -> None:
        await self._database.execute(_MARK, notification_id=notification_id, read_at=read_at)

    async def of_user(
        self, user_id: UserId, request: PageRequest, *, unread_only: bool = False
    ) -> Page[Notification]:
        statement = _UNREAD if unread_only else _IN_APP
        return await page(self._database, statement, request, _notification, user_id=user_id)

    async def count_unread(self, user_id: UserId) -> int:
        row = await self._database.first(_COUNT_UNREAD, user_id=user_id)
        assert row is not None
        return int(row.unread)

    async def forget(self, before: datetime) -> int:
        return await self._database.execute(_FORGET, before=before)


def _values(notification: Notification) -> dict[str, Any]:
    return {
        "id": notification.id,
        "user_id": notification.user_id,
        "kind": notification.notice.KIND,
        "once_for": notification.notice.once_for,
        "notice": encode(notification.notice),
        "subject": notification.subject,
        "brief": notification.brief,
        "in_app": notification.in_app,
        "created_at": notification.created_at,
        "read_at": notification.read_at,
    }


def _notification(row: Row) -> Notification:
    return Notification(
        id=row.id,
        user_id=row.user_id,
        notice=decode_notice(NotificationKind(row.kind), row.notice),
        subject=row.subject,
        brief=row.brief,
        in_app=row.in_app,
        created_at=row.created_at,
        read_at=row.read_at,
    )
