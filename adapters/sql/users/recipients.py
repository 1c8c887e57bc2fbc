"""Recipients of notifications, in SQL."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select

from ....ports.language.ids import UserId
from ....ports.language.notifications import Recipient
from ....ports.language.users import Role
from ....ports.users import Recipients
from ..engine.constructs import holds, one_of
from ..engine.database import SqlDatabase
from ..engine.statement import Row, Statement
from ..notifications.preferences import preferences_of
from ..schema import notification_preferences, users

RECIPIENT_COLUMNS = (
    users.c.id.label("recipient_id"),
    users.c.email,
    users.c.first_name,
    users.c.email_proven_at,
    users.c.closed_at,
    notification_preferences.c.user_id.label("preferences_of"),
    notification_preferences.c.phone,
    notification_preferences.c.devices,
    notification_preferences.c.channels,
    notification_preferences.c.unreachable,
    notification_preferences.c.subscriptions,
    notification_preferences.c.phone_proven_at,
)
"""The columns of a recipient, besides the user's id."""
WITH_PREFERENCES = users.outerjoin(
    notification_preferences, notification_preferences.c.user_id == users.c.id
)
"""The tables of recipients."""
_ALL = select(users.c.id, *RECIPIENT_COLUMNS).select_from(WITH_PREFERENCES)
_OF = Statement(_ALL.where(one_of(users.c.id, "user_ids")))
_ADMINS = Statement(_ALL.where(holds(users.c.roles, Role.ADMIN)).order_by(users.c.id).limit(100))


class SqlRecipients(Recipients):
    """Reads names and emails from the users, with their preferences."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def of(self, user_ids: Collection[UserId]) -> Mapping[UserId, Recipient]:
        rows = await self._database.rows(_OF, user_ids=user_ids)
        return {row.id: recipient_of(row.id, row) for row in rows}

    async def admins(self) -> Sequence[Recipient]:
        return [recipient_of(row.id, row) for row in await self._database.rows(_ADMINS)]


def recipient_of(user_id: UserId, row: Row) -> Recipient:
    """Return the recipient in a row with `RECIPIENT_COLUMNS`."""
    proven = row.email_proven_at is not None
    closed, preferences = row.closed_at is not None, preferences_of(user_id, row)
    return Recipient(user_id, row.email, row.first_name, preferences, proven, closed)
