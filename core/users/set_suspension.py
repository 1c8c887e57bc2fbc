"""Keeping a user from trading."""

from dataclasses import dataclass, replace

from ...ports.audit_log import AuditLog
from ...ports.language.audit import Act, AuditAction, AuditEntry, Target, parse_reason
from ...ports.language.events import UserWasSuspended
from ...ports.language.ids import UserId
from ...ports.language.staff import check_not_own, check_role
from ...ports.language.users import Actor, Role, User
from ...ports.outbox import Outbox
from ...ports.transaction import Transaction
from ...ports.users import Users


@dataclass(frozen=True, slots=True)
class SuspensionSet:
    """A user as an admin left them, and the audit entry that tells of it."""

    user: User
    entry: AuditEntry


@dataclass(frozen=True, slots=True)
class SetSuspension:
    """An admin suspends a user, or lifts the suspension; doing so twice is fine.

    A suspended user trades on neither side: they place and change nothing, and all their bids and
    asks leave the books. They still sign in, ship, confirm and so on: orders under way go on.
    Lifting it brings no quote back, and nobody lifts their own. The reason goes into the audit log.
    """

    transaction: Transaction
    users: Users
    audit_log: AuditLog
    outbox: Outbox

    async def __call__(
        self, actor: Actor, user_id: UserId, *, suspended: bool, reason: str
    ) -> SuspensionSet:
        """Return the user and the entry. Raises Forbidden, InvalidText, NotFound.

        The quotes leave in the process with the matching engine, which adds how many they were as
        an entry about the one that is returned.
        """
        check_role(actor, Role.ADMIN, "suspend users")
        if not suspended:
            check_not_own(actor, user_id, "lift this suspension")
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
            entry = await self.audit_log.add(act)
            if suspended:
                await self.outbox.add(UserWasSuspended(entry.id, user_id))
        return SuspensionSet(user, entry)
