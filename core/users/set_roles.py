"""Deciding what a user may do."""

from dataclasses import dataclass, replace

from ...ports.access_tokens import RevokedSessions
from ...ports.audit_log import AuditLog
from ...ports.clock import Clock
from ...ports.language.audit import Act, AuditAction, Target, parse_reason
from ...ports.language.errors import Forbidden
from ...ports.language.ids import UserId
from ...ports.language.users import Actor, Role, User
from ...ports.sessions import Sessions
from ...ports.transaction import Transaction
from ...ports.users import Users
from .token_lifetimes import TokenLifetimes


@dataclass(frozen=True, slots=True)
class SetRoles:
    """An admin replaces all roles of a user, who is signed out everywhere: tokens carry roles.

    Admins may not take the admin role from themselves. The audit log keeps it, with the reason if
    one is given.
    """

    transaction: Transaction
    users: Users
    sessions: Sessions
    revoked_sessions: RevokedSessions
    clock: Clock
    lifetimes: TokenLifetimes
    audit_log: AuditLog

    async def __call__(
        self, actor: Actor, user_id: UserId, *, roles: frozenset[Role], reason: str | None = None
    ) -> User:
        """Return the user in the new roles.

        Raises Forbidden, InvalidText, NotFound, and Unavailable if the list of ended sessions
        cannot be written after the roles were: then access tokens with the old roles live on until
        they expire.
        """
        if not actor.has(Role.ADMIN):
            raise Forbidden(action="set roles", needs="admins")
        if user_id == actor.user_id and Role.ADMIN not in roles:
            raise Forbidden(action="take the admin role from an admin", needs="another admin")
        why = None if reason is None else parse_reason(reason)
        async with self.transaction():
            before = await self.users.get(user_id)
            user = replace(before, roles=roles)
            await self.users.save(user)
            await self.audit_log.add(
                Act(
                    actor_id=actor.user_id,
                    action=AuditAction.ROLES_SET,
                    target=Target.user(user_id),
                    reason=why,
                    facts={"before": tuple(sorted(before.roles)), "after": tuple(sorted(roles))},
                )
            )
            ended = await self.sessions.revoke_all(user_id, self.clock.now())
        until = self.clock.now() + self.lifetimes.access
        for session_id in ended:
            await self.revoked_sessions.add(session_id, until)
        return user
