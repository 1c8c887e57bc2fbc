"""Set the roles of a user."""

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
from ...ports.users import Users, open_user
from .forbid_sessions import forbid_sessions
from .token_lifetimes import TokenLifetimes


@dataclass(frozen=True, slots=True)
class SetRoles:
    """An admin replaces all roles of a user.

    All of the user's sessions are revoked, because their tokens carry the old roles. Admins cannot
    remove their own admin role. The audit log records the action, with the reason if one is given.
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
        """Return the user with the new roles.

        Raises Forbidden, InvalidText, NotFound, AccountClosed, and Unavailable if the roles were
        written but the list of revoked sessions cannot be. Access tokens with the old roles then
        stay valid until they expire.
        """
        if not actor.has(Role.ADMIN):
            raise Forbidden(action="set roles", needs="admins")
        if user_id == actor.user_id and Role.ADMIN not in roles:
            raise Forbidden(action="take the admin role from an admin", needs="another admin")
        why = None if reason is None else parse_reason(reason)
        async with self.transaction():
            before = await open_user(self.users, user_id)
            user = replace(before, roles=roles)
            await self.users.save(user)
            await self.audit_log.add(
                Act(
                    actor_id=actor.user_id,
                    token_id=actor.token_id,
                    action=AuditAction.ROLES_SET,
                    target=Target.user(user_id),
                    reason=why,
                    facts={"before": tuple(sorted(before.roles)), "after": tuple(sorted(roles))},
                )
            )
            ended = await self.sessions.revoke_all(user_id, self.clock.now())
        await forbid_sessions(self.revoked_sessions, ended, self.clock, self.lifetimes)
        return user
