"""Sessions and their refresh tokens, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice

from ...ports.language.errors import NotFound
from ...ports.language.ids import SessionId, UserId
from ...ports.language.portions import PORTION
from ...ports.language.users import RefreshToken, Session
from ...ports.sessions import MOST_SHOWN, Sessions
from .database import MemoryAdapter


class MemorySessions(MemoryAdapter, Sessions):
    """Sessions by id and user, tokens by hash."""

    async def add(self, session: Session) -> None:
        await self._database.writing()
        self._database.put(self._tables.sessions, session.id, session)
        self._database.put(self._tables.sessions_of_user[session.user_id], session.id, None)

    async def get(self, session_id: SessionId) -> Session:
        with await self._database.reading():
            session = self._tables.sessions.get(session_id)
        if session is None:
            raise NotFound(what="session", id=session_id)
        return session

    async def revoke(self, session_id: SessionId, at: datetime) -> None:
        await self._database.writing()
        session = await self.get(session_id)
        if session.revoked_at is None:
            self._database.put(self._tables.sessions, session_id, replace(session, revoked_at=at))

    async def revoke_all(
        self, user_id: UserId, at: datetime, keep: SessionId | None = None
    ) -> list[SessionId]:
        await self._database.writing()
        sessions = [
            self._tables.sessions[i] for i in self._tables.sessions_of_user.get(user_id, ())
        ]
        ended = [
            session for session in sessions if session.revoked_at is None and session.id != keep
        ]
        for session in ended:
            self._database.put(self._tables.sessions, session.id, replace(session, revoked_at=at))
        return [session.id for session in ended]

    async def open_of(self, user_id: UserId) -> Sequence[Session]:
        with await self._database.reading():
            sessions = [
                self._tables.sessions[i] for i in self._tables.sessions_of_user.get(user_id, ())
            ]
        open_ones = [session for session in sessions if session.revoked_at is None]
        return sorted(open_ones, key=lambda session: session.id, reverse=True)[:MOST_SHOWN]

    async def of(
        self, user_id: UserId, limit: int, after: SessionId | None = None
    ) -> Sequence[Session]:
        with await self._database.reading():
            ids = sorted(self._tables.sessions_of_user.get(user_id, ()))
            later = [each for each in ids if after is None or each > after]
            return [self._tables.sessions[each] for each in later[:limit]]

    async def is_from(self, user_id: UserId, source: str) -> bool:
        with await self._database.reading():
            sessions = self._tables.sessions_of_user.get(user_id, ())
            return any(self._tables.sessions[i].source == source for i in sessions)

    async def add_token(self, token: RefreshToken) -> None:
        await self._database.writing()
        assert token.session_id in self._tables.sessions, token
        assert token.token_hash not in self._tables.refresh_tokens, token
        self._database.put(self._tables.refresh_tokens, token.token_hash, token)

    async def find_token(self, token_hash: str) -> RefreshToken | None:
        with await self._database.reading():
            return self._tables.refresh_tokens.get(token_hash)

    async def spend_token(self, token_hash: str, at: datetime) -> bool:
        await self._database.writing()
        token = self._tables.refresh_tokens.get(token_hash)
        if token is None or token.spent_at is not None:
            return False
        self._database.put(self._tables.refresh_tokens, token_hash, replace(token, spent_at=at))
        return True

    async def forget(self, before: datetime) -> int:
        await self._database.writing()
        tokens = self._tables.refresh_tokens
        old = (token for token in tokens.values() if token.expires_at < before)
        dropped = list(islice(old, PORTION))
        for token in dropped:
            self._database.remove(tokens, token.token_hash)
        lost_one = {token.session_id for token in dropped}
        for session_id in lost_one - {token.session_id for token in tokens.values()}:
            session = self._tables.sessions[session_id]
            self._database.remove(self._tables.sessions, session_id)
            self._database.remove(self._tables.sessions_of_user[session.user_id], session_id)
        return len(dropped)
