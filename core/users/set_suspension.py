"""Keeping a seller from selling."""

from dataclasses import dataclass, replace

from ...ports.audit_log import AuditLog
from ...ports.language.audit import Act, AuditAction, Target, parse_reason
from ...ports.language.errors import Forbidden
from ...ports.language.ids import UserId
from ...ports.language.users import Actor, Role, User
from ...ports.transaction import Transaction
from ...ports.users import Users


@dataclass(frozen=True, slots=True)
class SetSuspension:
    """An admin suspends a user, or lifts the suspension; doing so twice is fine.

    A suspended user places no new asks; asks that stand and orders under way go on. The reason goes
    into the audit log. Raises Forbidden, InvalidText, NotFound.
    """

    transaction: Transaction
    users: Users
    audit_log: AuditLog

    async def __call__(
        self, actor: Actor, user_id: UserId, *, suspended: bool, reason: str
    ) -> User:
        if not actor.has(Role.ADMIN):
            raise Forbidden(action="suspend users", needs="admins")
        act = Act(
            actor_id=actor.user_id,
            action=AuditAction.SUSPENSION_SET,
            target=Target.user(user_id),
            reason=parse_reason(reason),
            facts={"suspended": suspended},
        )
        async with self.transaction():
            user = replace(await self.users.get(user_id), suspended=suspended)
            await self.users.save(user)
            await self.audit_log.add(act)
        return user
