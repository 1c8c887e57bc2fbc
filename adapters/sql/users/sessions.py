"""Sign-in sessions and their refresh tokens, in SQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, exists, select, update

from ....ports.language.errors import NotFound
from ....ports.language.ids import NOBODY, SessionId, UserId
from ....ports.language.users import RefreshToken, Session
from ....ports.sessions import MOST_SHOWN, Sessions
from ..engine.constructs import one_of
from ..engine.database import SqlDatabase
from ..engine.statement import Row, Statement, delete_portion, insert_row
from ..schema import refresh_tokens, sessions
from ..schema.users import SOURCE

_ADD = Statement(insert_row(sessions))
_GET = Statement(select(sessions).where(sessions.c.id == bindparam("id")))
_open = sessions.c.revoked_at.is_(None)
_REVOKE = Statement(
    update(sessions)
    .where(sessions.c.id == bindparam("id"), _open)
    .values(revoked_at=bindparam("at"))
)
_REVOKE_ALL = Statement(
    update(sessions)
    .where(sessions.c.user_id == bindparam("user_id"), _open)
    .values(revoked_at=bindparam("at"))
    .returning(sessions.c.id)
)
_REVOKE_OTHERS = Statement(
    update(sessions)
    .where(sessions.c.user_id == bindparam("user_id"), _open, sessions.c.id != bindparam("keep"))
    .values(revoked_at=bindparam("at"))
    .returning(sessions.c.id)
)
_OPEN_OF = Statement(
    select(sessions)
    .where(sessions.c.user_id == bindparam("user_id"), _open)
    .order_by(sessions.c.id.desc())
    .limit(MOST_SHOWN)
)
_OF = Statement(
    select(sessions)
    .where(sessions.c.user_id == bindparam("user_id"), sessions.c.id > bindparam("after"))
    .order_by(sessions.c.id)
    .limit(bindparam("limit"))
)
_IS_FROM = Statement(
    select(sessions.c.id)
    .where(sessions.c.user_id == bindparam("user_id"), one_of(sessions.c.source_lookup, "sources"))
    .limit(1)
)
_ADD_TOKEN = Statement(insert_row(refresh_tokens))
_FIND_TOKEN = Statement(
    select(refresh_tokens).where(refresh_tokens.c.token_hash == bindparam("token_hash"))
)
_SPEND_TOKEN = Statement(
    update(refresh_tokens)
    .where(
        refresh_tokens.c.token_hash == bindparam("token_hash"), refresh_tokens.c.spent_at.is_(None)
    )
    .values(spent_at=bindparam("at"))
)
_FORGET_TOKENS = Statement(
    delete_portion(refresh_tokens, refresh_tokens.c.expires_at < bindparam("before")).returning(
        refresh_tokens.c.session_id
    ),
    long=True,
)
_FORGET_SESSION = Statement(
    delete(sessions).where(
        sessions.c.id == bindparam("id"),
        ~exists().where(refresh_tokens.c.session_id == sessions.c.id),
    )
)


class SqlSessions(Sessions):
    """Sessions and refresh tokens, one row each. Tokens are found by hash."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def add(self, session: Session) -> None:
        source, cipher = session.source, self._database.cipher
        await self._database.execute(
            _ADD,
            id=session.id,
            user_id=session.user_id,
            created_at=session.created_at,
            revoked_at=session.revoked_at,
            source=source,
            source_lookup=None if source is None else cipher.lookup(SOURCE, source),
        )

    async def get(self, session_id: SessionId) -> Session:
        row = await self._database.first(_GET, id=session_id)
        if row is None:
            raise NotFound(what="session", id=session_id)
        return _session(row)

    async def revoke(self, session_id: SessionId, at: datetime) -> None:
        if not await self._database.execute(_REVOKE, id=session_id, at=at):
            await self.get(session_id)

    async def revoke_all(
        self, user_id: UserId, at: datetime, keep: SessionId | None = None
    ) -> list[SessionId]:
        if keep is None:
            rows = await self._database.rows(_REVOKE_ALL, user_id=user_id, at=at)
        else:
            rows = await self._database.rows(_REVOKE_OTHERS, user_id=user_id, at=at, keep=keep)
        return sorted(row.id for row in rows)

    async def open_of(self, user_id: UserId) -> Sequence[Session]:
        return [_session(row) for row in await self._database.rows(_OPEN_OF, user_id=user_id)]

    async def of(
        self, user_id: UserId, limit: int, after: SessionId | None = None
    ) -> Sequence[Session]:
        rows = await self._database.rows(_OF, user_id=user_id, limit=limit, after=after or NOBODY)
        return [_session(row) for row in rows]

    async def is_from(self, user_id: UserId, source: str) -> bool:
        sources = self._database.cipher.lookups(SOURCE, source)
        return await self._database.first(_IS_FROM, user_id=user_id, sources=sources) is not None

    async def add_token(self, token: RefreshToken) -> None:
        await self._database.execute(
            _ADD_TOKEN,
            token_hash=token.token_hash,
            session_id=token.session_id,
            expires_at=token.expires_at,
            spent_at=token.spent_at,
        )

    async def find_token(self, token_hash: str) -> RefreshToken | None:
        row = await self._database.first(_FIND_TOKEN, token_hash=token_hash)
        if row is None:
            return None
        return RefreshToken(row.token_hash, row.session_id, row.expires_at, row.spent_at)

    async def spend_token(self, token_hash: str, at: datetime) -> bool:
        return await self._database.execute(_SPEND_TOKEN, token_hash=token_hash, at=at) == 1

    async def forget(self, before: datetime) -> int:
        dropped = await self._database.rows(_FORGET_TOKENS, before=before)
        session_ids = dict.fromkeys(row.session_id for row in dropped)
        await self._database.execute_many(_FORGET_SESSION, [{"id": id_} for id_ in session_ids])
        return len(dropped)


def _session(row: Row) -> Session:
    return Session(row.id, row.user_id, row.created_at, row.revoked_at, row.source)
