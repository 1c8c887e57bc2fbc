"""Tokens of programs, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ...ports.api_tokens import ApiTokens
from ...ports.language.api_tokens import ApiToken
from ...ports.language.errors import NotFound
from ...ports.language.ids import ApiTokenId, UserId
from ...ports.language.paging import Page, PageRequest
from .database import MemoryAdapter
from .paging import newest_first


class MemoryApiTokens(MemoryAdapter, ApiTokens):
    """Tokens by id, and an index by owner."""

    async def add(self, token: ApiToken) -> None:
        await self._database.writing()
        assert token.id not in self._tables.api_tokens, token
        self._database.put(self._tables.api_tokens, token.id, token)
        if token.owner_id is not None:
            self._database.put(self._tables.api_tokens_of_user[token.owner_id], token.id, None)

    async def get(self, token_id: ApiTokenId) -> ApiToken:
        token = await self.find(token_id)
        if token is None:
            raise NotFound(what="token", id=token_id)
        return token

    async def find(self, token_id: ApiTokenId) -> ApiToken | None:
        with await self._database.reading():
            return self._tables.api_tokens.get(token_id)

    async def revoke(self, token_id: ApiTokenId, at: datetime) -> None:
        await self._database.writing()
        token = await self.get(token_id)
        if token.revoked_at is None:
            self._database.put(self._tables.api_tokens, token_id, replace(token, revoked_at=at))

    async def note_use(self, token_id: ApiTokenId, at: datetime, *, after: timedelta) -> None:
        await self._database.writing()
        token = await self.find(token_id)
        if token is not None and (token.last_used_at is None or token.last_used_at <= at - after):
            self._database.put(self._tables.api_tokens, token_id, replace(token, last_used_at=at))

    async def remove(self, token_id: ApiTokenId) -> None:
        await self._database.writing()
        token = await self.find(token_id)
        if token is None:
            return
        self._database.remove(self._tables.api_tokens, token_id)
        if token.owner_id is not None:
            self._database.remove(self._tables.api_tokens_of_user[token.owner_id], token_id)

    async def of(self, owner_id: UserId) -> Sequence[ApiToken]:
        with await self._database.reading():
            ids = sorted(self._tables.api_tokens_of_user.get(owner_id, ()), reverse=True)
            return [self._tables.api_tokens[token_id] for token_id in ids]

    async def page(self, request: PageRequest, *, owner_id: UserId | None = None) -> Page[ApiToken]:
        with await self._database.reading():
            tokens, of_user = self._tables.api_tokens, self._tables.api_tokens_of_user
            ids = tokens if owner_id is None else of_user.get(owner_id, ())
            return newest_first(ids, tokens, request)
