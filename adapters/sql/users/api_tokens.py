"""Tokens of programs, in SQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, or_, select, update

from ....ports.api_tokens import ApiTokens
from ....ports.language.api_tokens import ApiToken
from ....ports.language.errors import NotFound
from ....ports.language.ids import ApiTokenId, UserId
from ....ports.language.paging import Page, PageRequest
from ..engine.database import SqlDatabase
from ..engine.paging import newest_first, page
from ..engine.payloads import decode, encode
from ..engine.statement import Row, Statement, insert_row
from ..schema import api_tokens

_ADD = Statement(insert_row(api_tokens))
_GET = Statement(select(api_tokens).where(api_tokens.c.id == bindparam("id")), locks=True)
_FIND = Statement(select(api_tokens).where(api_tokens.c.id == bindparam("id")))
_REVOKE = Statement(
    update(api_tokens)
    .where(api_tokens.c.id == bindparam("of_id"), api_tokens.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("at"))
)
_NOTE_USE = Statement(
    update(api_tokens)
    .where(
        api_tokens.c.id == bindparam("of_id"),
        or_(
            api_tokens.c.last_used_at.is_(None), api_tokens.c.last_used_at <= bindparam("not_after")
        ),
    )
    .values(last_used_at=bindparam("at"))
)
_REMOVE = Statement(delete(api_tokens).where(api_tokens.c.id == bindparam("of_id")))
_OF = select(api_tokens).where(api_tokens.c.owner_id == bindparam("owner_id"))
_ALL_OF = Statement(_OF.order_by(api_tokens.c.id.desc()))
_PAGE = Statement(newest_first(select(api_tokens), api_tokens.c.id))
_PAGE_OF = Statement(newest_first(_OF, api_tokens.c.id))


class SqlApiTokens(ApiTokens):
    """Tokens, one row each."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def add(self, token: ApiToken) -> None:
        await self._database.execute(_ADD, **_values(token))

    async def get(self, token_id: ApiTokenId) -> ApiToken:
        row = await self._database.first(_GET, id=token_id)
        if row is None:
            raise NotFound(what="token", id=token_id)
        return _token(row)

    async def find(self, token_id: ApiTokenId) -> ApiToken | None:
        row = await self._database.first(_FIND, id=token_id)
        return None if row is None else _token(row)

    async def revoke(self, token_id: ApiTokenId, at: datetime) -> None:
        if not await self._database.execute(_REVOKE, of_id=token_id, at=at):
            await self.get(token_id)

    async def note_use(self, token_id: ApiTokenId, at: datetime, *, after: timedelta) -> None:
        await self._database.execute(_NOTE_USE, of_id=token_id, at=at, not_after=at - after)

    async def remove(self, token_id: ApiTokenId) -> None:
        await self._database.execute(_REMOVE, of_id=token_id)

    async def of(self, owner_id: UserId) -> Sequence[ApiToken]:
        return [_token(row) for row in await self._database.rows(_ALL_OF, owner_id=owner_id)]

    async def page(self, request: PageRequest, *, owner_id: UserId | None = None) -> Page[ApiToken]:
        if owner_id is None:
            return await page(self._database, _PAGE, request, _token)
        return await page(self._database, _PAGE_OF, request, _token, owner_id=owner_id)


def _values(token: ApiToken) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "owner_id": token.owner_id,
        "scopes": encode(sorted(token.scopes)),
        "token_hash": token.token_hash,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
        "last_used_at": token.last_used_at,
    }


def _token(row: Row) -> ApiToken:
    return ApiToken(
        id=row.id,
        name=row.name,
        owner_id=row.owner_id,
        scopes=decode(row.scopes, frozenset[str]),
        token_hash=row.token_hash,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
