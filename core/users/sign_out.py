"""Sign out."""

from dataclasses import dataclass

from ...ports.access_tokens import RevokedSessions
from ...ports.clock import Clock
from ...ports.language.ids import SessionId
from ...ports.sessions import Sessions
from ...ports.transaction import Transaction
from .forbid_sessions import forbid_sessions
from .token_lifetimes import TokenLifetimes


@dataclass(frozen=True, slots=True)
class SignOut:
    """Revokes a session at once, with its refresh token and its access tokens. Idempotent."""

    transaction: Transaction
    sessions: Sessions
    revoked_sessions: RevokedSessions
    clock: Clock
    lifetimes: TokenLifetimes

    async def __call__(self, session_id: SessionId) -> None:
        """Revoke the session. Raises NotFound, and Unavailable, after which a retry is safe."""
        async with self.transaction():
            await self.sessions.revoke(session_id, self.clock.now())
        await forbid_sessions(self.revoked_sessions, [session_id], self.clock, self.lifetimes)
