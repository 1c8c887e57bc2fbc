"""Suspend a user, or lift a suspension."""

from dataclasses import dataclass, replace

from ...ports.audit_log import AuditLog
from ...ports.language.audit import Act, AuditAction, AuditEntry, Target, parse_reason
from ...ports.language.events import UserSuspended
from ...ports.language.ids import UserId
from ...ports.language.staff import check_not_own, check_role
from ...ports.language.users import Actor, Role, User
from ...ports.outbox import Outbox
from ...ports.transaction import Transaction
from ...ports.users import Users, open_user


@dataclass(frozen=True, slots=True)
class SuspensionSet:
    """The updated user, and the audit entry of the action."""

    user: User
    entry: AuditEntry


@dataclass(frozen=True, slots=True)
class SetSuspension:
    """An admin suspends a user or lifts the suspension. Both are idempotent.

    A suspended user cannot place or change quotes, and all their bids and asks are withdrawn. They
    can still sign in, ship and confirm, because open orders go on. Lifting a suspension restores no
    quotes. Admins cannot lift their own suspension. The audit log records the reason.
    """

    transaction: Transaction
    users: Users
    audit_log: AuditLog
    outbox: Outbox

    async def __call__(
        self, actor: Actor, user_id: UserId, *, suspended: bool, reason: str
    ) -> SuspensionSet:
        """Return the user and the audit entry.

        Raises Forbidden, InvalidText, NotFound, AccountClosed.

        The process with the matching engine withdraws the quotes. It then adds a second audit
        entry, with their number, that refers to the returned one.
        """
        check_role(actor, Role.ADMIN, "suspend users")
        if not suspended:
            check_not_own(actor, user_id, "lift this suspension")
        act = Act(
            actor_id=actor.user_id,
            token_id=actor.token_id,
            action=AuditAction.SUSPENSION_SET,
            target=Target.user(user_id),
            reason=parse_reason(reason),
            facts={"suspended": suspended},
        )
        async with self.transaction():
            user = await open_user(self.users, user_id)
            user = replace(user, suspended=suspended)
            await self.users.save(user)
            entry = await self.audit_log.add(act)
            if suspended:
                await self.outbox.add(UserSuspended(entry.id, user_id))
        return SuspensionSet(user, entry)
