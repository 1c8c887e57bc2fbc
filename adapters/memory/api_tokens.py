"""Tokens of programs, in memory."""

from dataclasses import replace
from datetime import datetime

from ...ports.api_tokens import ApiTokens
from ...ports.language.api_tokens import ApiToken
from ...ports.language.errors import NotFound
from ...ports.language.ids import ApiTokenId
from ...ports.language.paging import Page, PageRequest
from .database import MemoryAdapter
from .paging import newest_first


class MemoryApiTokens(MemoryAdapter, ApiTokens):
    """Tokens by id, and an index by hash."""

    async def add(self, token: ApiToken) -> None:
        await self._database.writing()
        assert token.id not in self._tables.api_tokens, token
        assert token.token_hash not in self._tables.api_token_by_hash, token
        self._database.put(self._tables.api_tokens, token.id, token)
        self._database.put(self._tables.api_token_by_hash, token.token_hash, token.id)

    async def get(self, token_id: ApiTokenId) -> ApiToken:
        with await self._database.reading():
            token = self._tables.api_tokens.get(token_id)
        if token is None:
            raise NotFound(what="token", id=token_id)
        return token

    async def find(self, token_hash: str) -> ApiToken | None:
        with await self._database.reading():
            token_id = self._tables.api_token_by_hash.get(token_hash)
            return None if token_id is None else self._tables.api_tokens[token_id]

    async def revoke(self, token_id: ApiTokenId, at: datetime) -> None:
        await self._database.writing()
        token = await self.get(token_id)
        if token.revoked_at is None:
            self._database.put(self._tables.api_tokens, token_id, replace(token, revoked_at=at))

    async def page(self, request: PageRequest) -> Page[ApiToken]:
        with await self._database.reading():
            return newest_first(self._tables.api_tokens, self._tables.api_tokens, request)
