"""Notification preferences, in SQL."""

from sqlalchemy import bindparam, select

from ....ports.language.ids import UserId
from ....ports.language.notifications import (
    Channel,
    NotificationKind,
    NotificationPreferences,
    PushSubscription,
    UnreachableAddress,
)
from ....ports.notifications import Preferences
from ..engine.constructs import insert_or_replace
from ..engine.database import SqlDatabase
from ..engine.payloads import decode, encode
from ..engine.statement import Row, Statement
from ..schema import notification_preferences as preferences_table

_GET = Statement(
    select(preferences_table).where(preferences_table.c.user_id == bindparam("user_id"))
)
_PUT = Statement(insert_or_replace(preferences_table, preferences_table.c.user_id))


class SqlPreferences(Preferences):
    """Preferences, one row for each user who set them."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def get(self, user_id: UserId) -> NotificationPreferences:
        row = await self._database.first(_GET, user_id=user_id)
        return NotificationPreferences(user_id) if row is None else preferences_of(user_id, row)

    async def put(self, preferences: NotificationPreferences) -> None:
        await self._database.execute(
            _PUT,
            user_id=preferences.user_id,
            phone=preferences.phone,
            devices=encode(preferences.devices),
            channels=encode(preferences.channels),
            subscriptions=encode(preferences.subscriptions) if preferences.subscriptions else None,
            unreachable=encode(preferences.unreachable) if preferences.unreachable else None,
            phone_proven_at=preferences.phone_proven_at,
        )


def preferences_of(user_id: UserId, row: Row) -> NotificationPreferences:
    """Return the preferences in a row, or the defaults if it was joined and has none."""
    if row.devices is None:
        return NotificationPreferences(user_id)
    return NotificationPreferences(
        user_id=user_id,
        phone=row.phone,
        devices=decode(row.devices, tuple[str, ...]),
        channels=decode(row.channels, tuple[tuple[NotificationKind, frozenset[Channel]], ...]),
        unreachable=decode(row.unreachable or "[]", tuple[UnreachableAddress, ...]),
        subscriptions=decode(row.subscriptions or "[]", tuple[PushSubscription, ...]),
        phone_proven_at=row.phone_proven_at,
    )
