"""Recipients of notifications, in SQL."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from ....ports.language.ids import UserId
from ....ports.language.notifications import Recipient
from ....ports.language.users import Role
from ....ports.users import Recipients
from ..engine.constructs import holds
from ..engine.database import SqlDatabase
from ..engine.statement import Statement
from ..schema import users

_FIND = Statement(select(users.c.email, users.c.first_name).where(users.c.id == bindparam("id")))

_ADMINS = Statement(
    select(users.c.id, users.c.email, users.c.first_name)
    .where(holds(users.c.roles, Role.ADMIN))
    .order_by(users.c.id)
    .limit(100)
)


class SqlRecipients(Recipients):
    """Reads names and emails from the users."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def find(self, user_id: UserId) -> Recipient | None:
        row = await self._database.first(_FIND, id=user_id)
        return None if row is None else Recipient(user_id, row.email, row.first_name)

    async def admins(self) -> Sequence[Recipient]:
        rows = await self._database.rows(_ADMINS)
        return [Recipient(row.id, row.email, row.first_name) for row in rows]
