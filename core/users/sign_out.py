"""Signing out."""

from dataclasses import dataclass

from ...ports.access_tokens import RevokedSessions
from ...ports.clock import Clock
from ...ports.language.ids import SessionId
from ...ports.sessions import Sessions
from ...ports.transaction import Transaction
from .token_lifetimes import TokenLifetimes


@dataclass(frozen=True, slots=True)
class SignOut:
    """A session ends at once: neither its refresh token nor its access tokens are good any more.

    Signing out twice is fine.
    """

    transaction: Transaction
    sessions: Sessions
    revoked_sessions: RevokedSessions
    clock: Clock
    lifetimes: TokenLifetimes

    async def __call__(self, session_id: SessionId) -> None:
        """End the session. Raises NotFound, and Unavailable, after which it can be repeated."""
        async with self.transaction():
            await self.sessions.revoke(session_id, self.clock.now())
        # Counted from after the end of the session: no access token of it can be younger.
        await self.revoked_sessions.add(session_id, self.clock.now() + self.lifetimes.access)
