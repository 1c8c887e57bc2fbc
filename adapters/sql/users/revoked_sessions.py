"""Revoked sessions, in SQL."""

from datetime import datetime

from sqlalchemy import bindparam, case, delete, select

from ....ports.access_tokens import RevokedSessions
from ....ports.clock import Clock
from ....ports.language.ids import SessionId
from ..engine.constructs import insert_or_replace
from ..engine.database import SqlDatabase
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
_FIND = Statement(select(_revoked.session_id).where(_revoked.session_id == bindparam("session_id")))
_FORGET = Statement(delete(revoked_sessions).where(_revoked.until <= bindparam("now")), long=True)


class SqlRevokedSessions(RevokedSessions):
    """Revoked sessions with their expiry, shared by all processes that use the database."""

    def __init__(self, database: SqlDatabase, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, session_id: SessionId, until: datetime) -> None:
        assert not self._database.in_transaction, "a rollback would undo the revocation"
        async with self._database.transaction():
            await self._database.execute(_FORGET, now=self._clock.now())
            await self._database.execute(_ADD, session_id=session_id, until=until)

    async def contains(self, session_id: SessionId) -> bool:
        return await self._database.first(_FIND, session_id=session_id) is not None
