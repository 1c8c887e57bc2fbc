"""Write off money in suspense."""

from dataclasses import dataclass

from ...ports.audit_log import AuditLog
from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.audit import Act, AuditAction, Target, TargetKind, parse_reason
from ...ports.language.errors import NothingInSuspense
from ...ports.language.money import Cents
from ...ports.language.staff import check_role
from ...ports.language.text import check_text
from ...ports.language.users import Actor, Role
from ...ports.payments import Ledger
from ...ports.transaction import Transaction
from .transfers import suspense, suspense_written_off


@dataclass(frozen=True, slots=True)
class WriteOffSuspense:
    """An admin writes off money in suspense: the exchange bears what left, or keeps what came.

    To give a charge back, refund it at the provider instead; its webhook then clears the suspense
    account. The reason goes into the audit log.
    """

    transaction: Transaction
    ledger: Ledger
    audit_log: AuditLog
    clock: Clock
    ids: Ids

    async def __call__(self, actor: Actor, name: str, *, reason: str) -> Cents:
        """Return the amount in suspense, in minor units; negative if money had left.

        Raises Forbidden, InvalidText, NothingInSuspense.
        """
        check_role(actor, Role.ADMIN, "write off what is in suspense")
        why = parse_reason(reason)
        name = check_text("name", name, max_length=_MAX_NAME)
        async with self.transaction():
            (amount,) = await self.ledger.lock(suspense(name))
            if amount == 0:
                raise NothingInSuspense(name=name)
            transfer_id = f"suspense:{name}:write-off:{self.ids.new()}"
            await self.ledger.post(
                suspense_written_off(transfer_id, name, amount, self.clock.now())
            )
            await self.audit_log.add(
                Act(
                    actor_id=actor.user_id,
                    token_id=actor.token_id,
                    action=AuditAction.SUSPENSE_WRITTEN_OFF,
                    target=Target(TargetKind.MARKET),
                    reason=why,
                    facts={"name": name, "amount": amount},
                )
            )
        return amount


_MAX_NAME = 1_000
