"""End sessions of a user."""

from dataclasses import dataclass

from ...ports.access_tokens import RevokedSessions
from ...ports.audit_log import AuditLog
from ...ports.clock import Clock
from ...ports.language.audit import Act, AuditAction, Target, parse_reason
from ...ports.language.errors import NotFound
from ...ports.language.ids import SessionId, UserId
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.sessions import Sessions
from ...ports.transaction import Transaction
from ...ports.users import Users
from .forbid_sessions import forbid_sessions
from .token_lifetimes import TokenLifetimes


@dataclass(frozen=True, slots=True)
class EndSessions:
    """A user ends one of their sessions, or all of them at once; an admin ends all of a user.

    Idempotent. Access tokens and refresh tokens of an ended session become invalid.
    """

    transaction: Transaction
    users: Users
    sessions: Sessions
    revoked_sessions: RevokedSessions
    clock: Clock
    lifetimes: TokenLifetimes
    audit_log: AuditLog

    async def __call__(self, actor: Actor) -> None:
        """End all sessions, also the one that asks. Raises Unavailable; retry then."""
        async with self.transaction():
            ended = await self.sessions.revoke_all(actor.user_id, self.clock.now())
        await forbid_sessions(self.revoked_sessions, ended, self.clock, self.lifetimes)

    async def others(self, actor: Actor, keep: SessionId) -> None:
        """End all sessions but one, which is the actor's. Raises Unavailable; retry then."""
        async with self.transaction():
            now = self.clock.now()
            ended = await self.sessions.revoke_all(actor.user_id, now, keep=keep)
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

    async def of_user(self, actor: Actor, user_id: UserId, *, reason: str) -> None:
        """End all sessions of any user, as an admin.

        Raises Forbidden, InvalidText, NotFound, and Unavailable; retry then.
        """
        check_role(actor, Role.ADMIN, "end sessions of users")
        why = parse_reason(reason)
        async with self.transaction():
            await self.users.get(user_id)
            ended = await self.sessions.revoke_all(user_id, self.clock.now())
            await self.audit_log.add(
                Act(
                    actor_id=actor.user_id,
                    token_id=actor.token_id,
                    action=AuditAction.SESSIONS_ENDED,
                    target=Target.user(user_id),
                    reason=why,
                    facts={"sessions": len(ended)},
                )
            )
        await forbid_sessions(self.revoked_sessions, ended, self.clock, self.lifetimes)
