"""Tokens of programs, in SQL."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from ....ports.api_tokens import ApiTokens
from ....ports.language.api_tokens import ApiToken
from ....ports.language.errors import NotFound
from ....ports.language.ids import ApiTokenId
from ....ports.language.paging import Page, PageRequest
from ..engine.database import SqlDatabase
from ..engine.paging import newest_first, page
from ..engine.payloads import decode, encode
from ..engine.statement import Row, Statement, insert_row
from ..schema import api_tokens

_ADD = Statement(insert_row(api_tokens))
_GET = Statement(select(api_tokens).where(api_tokens.c.id == bindparam("id")), locks=True)
_FIND = Statement(select(api_tokens).where(api_tokens.c.token_hash == bindparam("token_hash")))
_REVOKE = Statement(
    update(api_tokens)
    .where(api_tokens.c.id == bindparam("of_id"), api_tokens.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("at"))
)
_PAGE = Statement(newest_first(select(api_tokens), api_tokens.c.id))


class SqlApiTokens(ApiTokens):
    """Tokens, one row each, found by hash."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def add(self, token: ApiToken) -> None:
        await self._database.execute(_ADD, **_values(token))

    async def get(self, token_id: ApiTokenId) -> ApiToken:
        row = await self._database.first(_GET, id=token_id)
        if row is None:
            raise NotFound(what="token", id=token_id)
        return _token(row)

    async def find(self, token_hash: str) -> ApiToken | None:
        row = await self._database.first(_FIND, token_hash=token_hash)
        return None if row is None else _token(row)

    async def revoke(self, token_id: ApiTokenId, at: datetime) -> None:
        if not await self._database.execute(_REVOKE, of_id=token_id, at=at):
            await self.get(token_id)

    async def page(self, request: PageRequest) -> Page[ApiToken]:
        return await page(self._database, _PAGE, request, _token)


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
    )
