"""What notifications must know of a user, in SQL."""

from sqlalchemy import bindparam, select

from ...ports.language.ids import UserId
from ...ports.language.notifications import Recipient
from ...ports.users import Recipients
from .database import SqlDatabase
from .schema import users
from .statement import Statement

_FIND = Statement(select(users.c.email, users.c.first_name).where(users.c.id == bindparam("id")))


class SqlRecipients(Recipients):
    """Reads name and email off the user."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def find(self, user_id: UserId) -> Recipient | None:
        row = await self._database.first(_FIND, id=user_id)
        return None if row is None else Recipient(user_id, row.email, row.first_name)
