"""What is stored of a person, in SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, bindparam, delete, select

from ....ports.language.ids import NOBODY, UserId
from ....ports.personal_records import PersonalRecords
from ..engine.database import SqlDatabase
from ..engine.statement import Statement
from ..schema import (
    addresses,
    api_tokens,
    challenges,
    known_places,
    notification_preferences,
    notifications,
    payment_methods,
    refresh_tokens,
    seller_accounts,
    sessions,
    users,
)

_UNERASED = Statement(
    select(users.c.id)
    .where(
        users.c.closed_at.is_not(None),
        users.c.erased_at.is_(None),
        users.c.id > bindparam("after"),
    )
    .order_by(users.c.id)
    .limit(bindparam("limit"))
)
_user_id: BindParameter[Any] = bindparam("user_id")
_ERASE = (
    Statement(
        delete(refresh_tokens).where(
            refresh_tokens.c.session_id.in_(
                select(sessions.c.id).where(sessions.c.user_id == _user_id)
            )
        )
    ),
    *(
        Statement(delete(table).where(table.c.user_id == _user_id))
        for table in (
            sessions,
            addresses,
            payment_methods,
            challenges,
            known_places,
            seller_accounts,
            notification_preferences,
            notifications,
        )
    ),
    Statement(delete(api_tokens).where(api_tokens.c.owner_id == _user_id)),
)


class SqlPersonalRecords(PersonalRecords):
    """Deletes a user's rows, table by table."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def unerased(self, limit: int, after: UserId | None = None) -> Sequence[UserId]:
        rows = await self._database.rows(_UNERASED, limit=limit, after=after or NOBODY)
        return [row.id for row in rows]

    async def erase(self, user_id: UserId) -> None:
        for statement in _ERASE:
            await self._database.execute(statement, user_id=user_id)
