"""Sessions whose access tokens are void, in memory."""

from datetime import datetime

from ...ports.access_tokens import RevokedSessions
from ...ports.clock import Clock
from ...ports.language.ids import SessionId


class MemoryRevokedSessions(RevokedSessions):
    """The sessions and until when each is remembered."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[SessionId, datetime] = {}

    async def add(self, session_id: SessionId, until: datetime) -> None:
        self._forget_expired()
        self._until[session_id] = max(until, self._until.pop(session_id, until))

    async def contains(self, session_id: SessionId) -> bool:
        return session_id in self._until

    def _forget_expired(self) -> None:
        # Access tokens all live equally long, so those that expire first were added first.
        now = self._clock.now()
        while self._until:
            oldest = next(iter(self._until))
            if self._until[oldest] > now:
                return
            del self._until[oldest]
