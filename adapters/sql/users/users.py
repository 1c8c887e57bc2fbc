"""Users, in SQL."""

from typing import Any

from sqlalchemy import bindparam, select

from ....ports.language.errors import EmailTaken, NotFound
from ....ports.language.ids import UserId
from ....ports.language.users import Role, User
from ....ports.users import Users
from ..engine.constructs import insert_or_skip
from ..engine.database import SqlDatabase
from ..engine.errors import Conflict
from ..engine.payloads import decode, encode
from ..engine.statement import Row, Statement, update_row
from ..schema import users

_ADD = Statement(insert_or_skip(users, users.c.email))
_SAVE = Statement(update_row(users))
_GET = Statement(select(users).where(users.c.id == bindparam("id")), locks=True)
_FIND_BY_EMAIL = Statement(select(users).where(users.c.email == bindparam("email")))


class SqlUsers(Users):
    """Users, one row each."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def add(self, user: User) -> None:
        if not await self._database.execute(_ADD, **_values(user)):
            raise EmailTaken(email=user.email)

    async def save(self, user: User) -> None:
        try:
            changed = await self._database.attempt(_SAVE, **_values(user))
        except Conflict:
            raise EmailTaken(email=user.email) from None
        if not changed:
            raise NotFound(what="user", id=user.id)

    async def get(self, user_id: UserId) -> User:
        row = await self._database.first(_GET, id=user_id)
        if row is None:
            raise NotFound(what="user", id=user_id)
        return _user(row)

    async def find_by_email(self, email: str) -> User | None:
        row = await self._database.first(_FIND_BY_EMAIL, email=email)
        return None if row is None else _user(row)


def _values(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "email": user.email,
        "password_hash": user.password_hash,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "created_at": user.created_at,
        "roles": encode(sorted(user.roles)),
        "payment_method": user.payment_method,
        "payout_account": user.payout_account,
        "suspended": user.suspended,
        "email_proven_at": user.email_proven_at,
        "closed_at": user.closed_at,
        "erased_at": user.erased_at,
    }


def _user(row: Row) -> User:
    return User(
        id=row.id,
        email=row.email,
        password_hash=row.password_hash,
        first_name=row.first_name,
        last_name=row.last_name,
        created_at=row.created_at,
        roles=decode(row.roles, frozenset[Role]),
        payment_method=row.payment_method,
        payout_account=row.payout_account,
        suspended=row.suspended,
        email_proven_at=row.email_proven_at,
        closed_at=row.closed_at,
        erased_at=row.erased_at,
    )
