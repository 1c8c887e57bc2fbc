"""Forgive a buyer's declines."""

from dataclasses import dataclass

from ....ports.audit_log import AuditLog
from ....ports.clock import Clock
from ....ports.language.audit import Act, AuditAction, AuditEntry, Target, parse_reason
from ....ports.language.ids import UserId
from ....ports.language.staff import check_not_own, check_role
from ....ports.language.users import Actor, Role
from ....ports.payments import Declines
from ....ports.transaction import Transaction
from ....ports.users import Users


@dataclass(frozen=True, slots=True)
class ForgiveDeclines:
    """An admin forgives a buyer's declines so far: none of them counts, and the buyer may bid.

    Bids that left the books do not return. Admins cannot forgive their own declines. The reason
    goes into the audit log.
    """

    transaction: Transaction
    users: Users
    declines: Declines
    audit_log: AuditLog
    clock: Clock

    async def __call__(self, actor: Actor, user_id: UserId, *, reason: str) -> AuditEntry:
        """Return the audit entry with their number. Raises Forbidden, InvalidText, NotFound."""
        check_role(actor, Role.ADMIN, "forgive declined payments")
        check_not_own(actor, user_id, "forgive these declined payments")
        reason = parse_reason(reason)
        async with self.transaction():
            await self.users.get(user_id)
            forgiven = await self.declines.forgive(user_id, self.clock.now())
            return await self.audit_log.add(
                Act(
                    actor_id=actor.user_id,
                    token_id=actor.token_id,
                    action=AuditAction.DECLINES_FORGIVEN,
                    target=Target.user(user_id),
                    reason=reason,
                    facts={"forgiven": forgiven},
                )
            )
