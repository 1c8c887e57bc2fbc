"""Notifications, in SQL."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import bindparam, func, literal, select, update

from ....ports.language.ids import NotificationId, UserId
from ....ports.language.notifications import Notification, NotificationKind, Recipient
from ....ports.language.paging import Page, PageRequest
from ....ports.notifications import Notifications
from ..engine.constructs import insert_or_skip, one_of
from ..engine.database import SqlDatabase
from ..engine.paging import newest_first, page
from ..engine.payloads import decode_notice, encode
from ..engine.shared_read import SharedRead
from ..engine.statement import Row, Statement, delete_portion
from ..schema import notifications, users
from ..users.recipients import RECIPIENT_COLUMNS, WITH_PREFERENCES, recipient_of

_Addressed: TypeAlias = tuple[Notification, Recipient]

_columns = notifications.c
_in_app = _columns.in_app & (_columns.user_id == bindparam("user_id"))
_unread = _in_app & _columns.read_at.is_(None)

_ADD = Statement(insert_or_skip(notifications, _columns.user_id, _columns.kind, _columns.once_for))
_FIND = Statement(select(notifications).where(_columns.id == bindparam("id")), locks=True)
_FIND_ADDRESSED = Statement(
    select(notifications, *RECIPIENT_COLUMNS)
    .select_from(notifications.join(WITH_PREFERENCES, users.c.id == _columns.user_id))
    .where(one_of(_columns.id, "ids"))
)
_MARK = Statement(
    update(notifications)
    .where(_columns.id == bindparam("notification_id"))
    .values(read_at=bindparam("read_at"))
)
_IN_APP = Statement(newest_first(select(notifications).where(_in_app), _columns.id))
_UNREAD = Statement(newest_first(select(notifications).where(_unread), _columns.id))
_COUNT_UNREAD = Statement(select(func.count().label("unread")).where(_unread))
_COUNT_SOME_UNREAD = Statement(
    select(func.count().label("unread")).select_from(
        select(literal(1).label("one")).where(_unread).limit(bindparam("most")).subquery()
    )
)
_FORGET = Statement(
    delete_portion(notifications, _columns.created_at < bindparam("before")), long=True
)


class SqlNotifications(Notifications):
    """Notifications, one row each. A unique constraint prevents duplicates."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database
        self._find_addressed = SharedRead(database, self._addressed)

    async def add(self, *notifications: Notification) -> None:
        self._database.execute_later(_ADD, map(_values, notifications))

    async def find(self, notification_id: NotificationId) -> Notification | None:
        row = await self._database.first(_FIND, id=notification_id)
        return None if row is None else _notification(row)

    async def find_addressed(self, notification_id: NotificationId) -> _Addressed | None:
        return await self._find_addressed(notification_id)

    async def _addressed(
        self, ids: Collection[NotificationId]
    ) -> Mapping[NotificationId, _Addressed]:
        rows = await self._database.rows(_FIND_ADDRESSED, ids=ids)
        return {row.id: (_notification(row), recipient_of(row.user_id, row)) for row in rows}

    async def mark(self, notification_id: NotificationId, read_at: datetime | None) -> None:
        await self._database.execute(_MARK, notification_id=notification_id, read_at=read_at)

    async def of_user(
        self, user_id: UserId, request: PageRequest, *, unread_only: bool = False
    ) -> Page[Notification]:
        statement = _UNREAD if unread_only else _IN_APP
        return await page(self._database, statement, request, _notification, user_id=user_id)

    async def count_unread(self, user_id: UserId, *, most: int | None = None) -> int:
        if most is None:
            row = await self._database.first(_COUNT_UNREAD, user_id=user_id)
        else:
            row = await self._database.first(_COUNT_SOME_UNREAD, user_id=user_id, most=most)
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
