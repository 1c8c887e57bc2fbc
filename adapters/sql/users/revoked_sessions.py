"""Revoked sessions, in SQL."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import bindparam, case, delete, select

from ....ports.access_tokens import RevokedSessions
from ....ports.clock import Clock
from ....ports.language.ids import SessionId
from ..engine.constructs import insert_or_replace, one_of
from ..engine.database import SqlDatabase
from ..engine.shared_read import SharedRead
from ..engine.statement import Statement
from ..schema import revoked_sessions

_revoked = revoked_sessions.c
_ADD = Statement(
    insert_or_replace(
        revoked_sessions,
        _revoked.session_id,
        change=lambda old, new: {
            "until": case((old.until > new.until, old.until), else_=new.until)
        },
    )
)
_FIND = Statement(select(_revoked.session_id).where(one_of(_revoked.session_id, "session_ids")))
_FORGET = Statement(delete(revoked_sessions).where(_revoked.until <= bindparam("now")), long=True)


class SqlRevokedSessions(RevokedSessions):
    """Revoked sessions with their expiry, shared by all processes that use the database."""

    def __init__(self, database: SqlDatabase, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._is_revoked = SharedRead(database, self._find)

    async def add(self, session_id: SessionId, until: datetime) -> None:
        assert not self._database.in_transaction, "a rollback would undo the revocation"
        async with self._database.transaction():
            await self._database.execute(_FORGET, now=self._clock.now())
            await self._database.execute(_ADD, session_id=session_id, until=until)

    async def contains(self, session_id: SessionId) -> bool:
        return await self._is_revoked(session_id) is not None

    async def _find(self, session_ids: Collection[SessionId]) -> Mapping[SessionId, bool]:
        rows = await self._database.rows(_FIND, session_ids=session_ids)
        return {row.session_id: True for row in rows}
