"""Write off a debt."""

from dataclasses import dataclass

from ...ports.audit_log import AuditLog
from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.audit import Act, AuditAction, Target, parse_reason
from ...ports.language.errors import BeyondDebt, OutOfRange
from ...ports.language.ids import UserId
from ...ports.language.money import Cents
from ...ports.language.staff import check_not_own, check_role
from ...ports.language.users import Actor, Role
from ...ports.payments import Ledger
from ...ports.transaction import Transaction
from ...ports.users import Users
from .transfers import debt, written_off


@dataclass(frozen=True, slots=True)
class WriteOffDebt:
    """An admin writes off a user's debt, or a part of it, as a loss of the exchange.

    Admins cannot write off their own debt. The reason goes into the audit log.
    """

    transaction: Transaction
    users: Users
    ledger: Ledger
    audit_log: AuditLog
    clock: Clock
    ids: Ids

    async def __call__(self, actor: Actor, user_id: UserId, *, amount: Cents, reason: str) -> Cents:
        """Return what the user still owes, in minor units.

        Raises Forbidden, InvalidText, OutOfRange, NotFound, BeyondDebt.
        """
        check_role(actor, Role.ADMIN, "write off debts")
        check_not_own(actor, user_id, "write off this debt")
        why = parse_reason(reason)
        if not 1 <= amount <= _MOST:
            raise OutOfRange(field="amount", value=amount, minimum=1, maximum=_MOST)
        async with self.transaction():
            await self.users.get(user_id)
            (owned,) = await self.ledger.lock(debt(user_id))
            owed = -owned
            if amount > owed:
                raise BeyondDebt(user_id=user_id, owed=owed)
            transfer_id = f"{user_id}:write-off:{self.ids.new()}"
            await self.ledger.post(written_off(transfer_id, user_id, amount, self.clock.now()))
            await self.audit_log.add(
                Act(
                    actor_id=actor.user_id,
                    token_id=actor.token_id,
                    action=AuditAction.DEBT_WRITTEN_OFF,
                    target=Target.user(user_id),
                    reason=why,
                    facts={"amount": amount, "still_owed": owed - amount},
                )
            )
        return owed - amount


_MOST = 1_000_000_000
"""The maximum of one write-off, in minor units."""
