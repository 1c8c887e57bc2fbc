"""Revoked sessions, in Redis in front of the store."""

from contextlib import suppress
from datetime import datetime
from typing import Final

from ...ports.access_tokens import RevokedSessions
from ...ports.clock import Clock
from ...ports.language.errors import Unavailable
from ...ports.language.ids import SessionId
from ..decorators.cache_reads import CacheReads
from .connection import RUN, RedisConnection, Script

GOOD_FOR: Final = 2.0
"""Seconds for which a session that is not revoked needs not be looked up in the store again."""
_REVOKED_FOR: Final = 60.0
"""The same for a revoked one whose end is not known."""
_REVOKED, _GOOD = b"revoked", b"good"

# Returns what is known, or the server's run id and its time in milliseconds. That a session is good
# is known by the server that was told: one that takes over may lack the revocation.
_LOOK = Script(f"""
{RUN}
local known = redis.pcall('GET', KEYS[1])
if known == 'revoked' then
    return known
end
if known == 'good' .. run then
    return 'good'
end
local time = redis.call('TIME')
return {{run, time[1] * 1000 + math.floor(time[2] / 1000)}}
""")
_NOTE_GOOD = Script(f"""
{RUN}
if run == ARGV[1] then
    redis.call('SET', KEYS[1], 'good' .. run, 'NX', 'PXAT', ARGV[2])
end
""")


class RedisRevokedSessions(RevokedSessions):
    """Keeps in Redis what the store says of a session. The store decides, and answers without it.

    A revocation replaces what is kept, so it counts in all processes at once. Only if the process
    that revokes does not reach Redis, while another does, may that one accept the session for
    `GOOD_FOR` seconds more.
    """

    def __init__(self, connection: RedisConnection, store: RevokedSessions, clock: Clock) -> None:
        self._connection = connection
        self._store = store
        self._clock = clock
        self._reads = CacheReads("sessions in Redis")

    async def add(self, session_id: SessionId, until: datetime) -> None:
        await self._store.add(session_id, until)
        life = max(GOOD_FOR, (until - self._clock.now()).total_seconds())
        with suppress(Unavailable):
            await self._note_revoked(session_id, life)

    async def contains(self, session_id: SessionId) -> bool:
        try:
            known = await self._connection.run(_LOOK, [self._name_of(session_id)])
        except Unavailable:
            self._reads.misses += 1
            return await self._store.contains(session_id)
        if known in (_REVOKED, _GOOD):
            self._reads.hits += 1
            return bool(known == _REVOKED)
        self._reads.misses += 1
        is_revoked = await self._store.contains(session_id)
        with suppress(Unavailable):
            match known:
                case _ if is_revoked:
                    await self._note_revoked(session_id, _REVOKED_FOR)
                case [bytes() as run, int() as looked_at]:
                    await self._note_good(session_id, run, looked_at)
        return is_revoked

    async def _note_revoked(self, session_id: SessionId, life: float) -> None:
        name = self._name_of(session_id)  # others may reach a server, or a node, that failed here
        await self._connection.insist("SET", name, _REVOKED, "PX", round(life * 1000))

    async def _note_good(self, session_id: SessionId, run: bytes, looked_at: int) -> None:
        """Note it, unless it was revoked since the store was asked, or that is too long ago.

        The end is an instant, so a note that reaches a server late is over sooner, or at once.
        """
        name, end = self._name_of(session_id), looked_at + round(GOOD_FOR * 1000)
        await self._connection.run(_NOTE_GOOD, [name], run, end)

    def _name_of(self, session_id: SessionId) -> str:
        return self._connection.name("sessions", str(session_id))
