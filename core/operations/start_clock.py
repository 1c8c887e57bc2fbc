"""Start the exchange's clock at another time than now, for a demo."""

from dataclasses import dataclass
from datetime import datetime

from ...ports.audit_log import AuditLog
from ...ports.clock import MovableClock
from ...ports.exchange_clock import ClockOffset
from ...ports.language.audit import Act, AuditAction, Target, TargetKind, parse_reason
from ...ports.language.exchange_clock import ClockRefused
from ...ports.language.paging import PageRequest
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.outbox import Outbox
from ...ports.rules_in_force import RulesInForce
from ...ports.transaction import Transaction


@dataclass(frozen=True, slots=True)
class StartClock:
    """An admin gives a new exchange the time of `clock`, which then runs on at normal speed.

    All processes that are started afterwards have it. It is for demos: production has real time.
    The audit log records it.
    """

    transaction: Transaction
    offset: ClockOffset
    rules_in_force: RulesInForce
    outbox: Outbox
    audit_log: AuditLog
    clock: MovableClock
    is_production: bool

    async def __call__(self, actor: Actor, *, reason: str | None = None) -> datetime:
        """Return the exchange's time. Raises ClockRefused, Forbidden, InvalidText, Unavailable.

        It is refused in production, and if anything has happened yet, because time never goes
        backwards.
        """
        check_role(actor, Role.ADMIN, "start the clock")
        why = None if reason is None else parse_reason(reason)
        if self.is_production:
            raise ClockRefused("production runs on real time")
        now = self.clock.now()
        async with self.transaction():
            if await self.offset.agreed() is not None or await self._has_happened():
                raise ClockRefused(
                    "the exchange has been used already, and time never goes backwards: "
                    "start the clock of a new database"
                )
            if await self.offset.agree(self.clock.ahead) != self.clock.ahead:
                raise ClockRefused("another process has just decided on the exchange's clock")
            await self.audit_log.add(
                Act(
                    actor_id=actor.user_id,
                    token_id=actor.token_id,
                    action=AuditAction.CLOCK_STARTED,
                    target=Target(TargetKind.CLOCK),
                    reason=why,
                    facts={"at": now.isoformat()},
                )
            )
        return now

    async def _has_happened(self) -> bool:
        """Whether anybody has registered, run the exchange or managed it."""
        return bool(
            await self.rules_in_force.find()
            or await self.outbox.unsent(1)
            or (await self.audit_log.page(PageRequest(limit=1))).items
        )
