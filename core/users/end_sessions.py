"""End sessions of a user."""

from dataclasses import dataclass

from ...ports.access_tokens import RevokedSessions
from ...ports.clock import Clock
from ...ports.language.errors import NotFound
from ...ports.language.ids import SessionId
from ...ports.language.users import Actor
from ...ports.sessions import Sessions
from ...ports.transaction import Transaction
from .forbid_sessions import forbid_sessions
from .token_lifetimes import TokenLifetimes


@dataclass(frozen=True, slots=True)
class EndSessions:
    """A user ends one of their sessions, or all of them at once. Idempotent.

    Access tokens and refresh tokens of an ended session become invalid.
    """

    transaction: Transaction
    sessions: Sessions
    revoked_sessions: RevokedSessions
    clock: Clock
    lifetimes: TokenLifetimes

    async def __call__(self, actor: Actor) -> None:
        """End all sessions, also the one that asks. Raises Unavailable; retry then."""
        async with self.transaction():
            ended = await self.sessions.revoke_all(actor.user_id, self.clock.now())
        await forbid_sessions(self.revoked_sessions, ended, self.clock, self.lifetimes)

    async def one(self, actor: Actor, session_id: SessionId) -> None:
        """End one session.

        Raises NotFound, also for another user's session, and Unavailable; retry then.
        """
        async with self.transaction():
            session = await self.sessions.get(session_id)
            if session.user_id != actor.user_id:
                raise NotFound(what="session", id=session_id)
            await self.sessions.revoke(session_id, self.clock.now())
        await forbid_sessions(self.revoked_sessions, [session_id], self.clock, self.lifetimes)
