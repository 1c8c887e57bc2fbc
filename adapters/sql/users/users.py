"""Users, in SQL."""

from typing import Any

from sqlalchemy import bindparam, select

from ....ports.language.errors import EmailTaken, NotFound
from ....ports.language.ids import UserId
from ....ports.language.users import Role, User
from ....ports.users import Users
from ..engine.constructs import insert_or_skip, one_of
from ..engine.database import SqlDatabase
from ..engine.errors import Conflict
from ..engine.payloads import decode, encode
from ..engine.statement import Row, Statement, update_row
from ..schema import users
from ..schema.users import EMAIL

_ADD = Statement(insert_or_skip(users))
_SAVE = Statement(update_row(users))
_GET = Statement(select(users).where(users.c.id == bindparam("id")), locks=True)
_FIND_BY_EMAIL = Statement(select(users).where(one_of(users.c.email_lookup, "emails")))
_TAKEN = Statement(select(users.c.id).where(one_of(users.c.email_lookup, "emails")))


class SqlUsers(Users):
    """Users, one row each."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def add(self, user: User) -> None:
        await self._require_free(user)
        if not await self._database.execute(_ADD, **self._values(user)):
            raise EmailTaken(email=user.email)

    async def save(self, user: User) -> None:
        await self._require_free(user)
        try:
            changed = await self._database.attempt(_SAVE, **self._values(user))
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
        emails = self._database.cipher.lookups(EMAIL, email)
        row = await self._database.first(_FIND_BY_EMAIL, emails=emails)
        return None if row is None else _user(row)

    async def _require_free(self, user: User) -> None:
        """Raise EmailTaken if another user has the email under another key, or in plain text.

        The index finds only those who have it under the current key. So that two processes with
        different current keys exclude each other, they lock all that the email may be stored as.
        """
        emails = self._database.cipher.lookups(EMAIL, user.email)
        if len(emails) == 1:
            return
        await self._database.lock(*(f"email {email}" for email in emails))
        if any(row.id != user.id for row in await self._database.rows(_TAKEN, emails=emails)):
            raise EmailTaken(email=user.email)

    def _values(self, user: User) -> dict[str, Any]:
        return {**_values(user), "email_lookup": self._database.cipher.lookup(EMAIL, user.email)}


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
