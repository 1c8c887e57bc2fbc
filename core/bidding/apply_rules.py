"""Apply new market rules to standing quotes, for admins."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...ports.audit_log import AuditLog
from ...ports.language.audit import (
    Act,
    AuditAction,
    AuditEntry,
    Reason,
    Target,
    TargetKind,
    parse_reason,
)
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.transaction import Transaction
from .adopt_rules import AdoptRules
from .change_currency import ChangeCurrency
from .compare_rules import CompareRules
from .matching_engine import MatchingEngine
from .outcomes import Outcomes
from .rules_change import RulesChange


@dataclass(frozen=True, slots=True)
class ApplyRules:
    """Withdraws all standing quotes outside the new rules, and adopts the rules.

    The currency can change only while nothing has a price.

    Owners are notified of withdrawn quotes, and of others that now cost more, once the relay runs.
    It starts and stops the engines, so the exchange must not be running. After an interruption it
    is safe to run it again: it continues where it stopped.
    """

    transaction: Transaction
    compare_rules: CompareRules
    adopt_rules: AdoptRules
    change_currency: ChangeCurrency
    engines: Sequence[MatchingEngine]
    audit_log: AuditLog
    outcomes: Outcomes

    async def __call__(self, actor: Actor, *, reason: str) -> RulesChange:
        """Apply the rules and return the change.

        Raises Forbidden, InvalidText, CurrencyInUse, Unavailable.
        """
        check_role(actor, Role.ADMIN, "apply the rules of the market")
        why = parse_reason(reason)
        change = await self.compare_rules()
        if change.is_none:
            return change
        await self.change_currency.check()
        entry = await self._record(actor, why, change)
        await self.change_currency()
        withdrawn = 0
        for engine in self.engines:
            await engine.start(adopts_rules=False)
            try:
                withdrawn += await engine.withdraw_outside_rules()
            finally:
                await engine.stop()
        async with self.transaction():
            adopted = await self.adopt_rules()
            facts = {"withdrawn": withdrawn, "told_of_costs": len(adopted.dearer)}
            await self.outcomes.note(entry.id, facts)
        return change

    async def _record(self, actor: Actor, why: Reason, change: RulesChange) -> AuditEntry:
        differences = change.differences.items()
        act = Act(
            actor_id=actor.user_id,
            token_id=actor.token_id,
            action=AuditAction.RULES_APPLIED,
            target=Target(TargetKind.MARKET),
            reason=why,
            facts={
                "bids_outside": change.outside.bids,
                "asks_outside": change.outside.asks,
                "owners_outside": change.outside.owners,
                "changes": tuple(f"{name}: {old} -> {new}" for name, (old, new) in differences),
            },
        )
        async with self.transaction():
            return await self.audit_log.add(act)
