"""Revoked sessions, in memory."""

from datetime import datetime

from ...ports.access_tokens import RevokedSessions
from ...ports.clock import Clock
from ...ports.language.ids import SessionId


class MemoryRevokedSessions(RevokedSessions):
    """Sessions, each with the instant until which it is stored."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[SessionId, datetime] = {}

    async def add(self, session_id: SessionId, until: datetime) -> None:
        self._forget_expired()
        self._until[session_id] = max(until, self._until.pop(session_id, until))

    async def contains(self, session_id: SessionId) -> bool:
        return session_id in self._until

    def _forget_expired(self) -> None:
        # All access tokens have the same lifetime, so the ones that expire first come first.
        now = self._clock.now()
        while self._until:
            oldest = next(iter(self._until))
            if self._until[oldest] > now:
                return
            del self._until[oldest]
