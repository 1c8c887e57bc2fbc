"""The rules become those that the store is run with."""

from dataclasses import dataclass

from ...ports.language.rules import MarketRules
from ...ports.outbox import Outbox
from ...ports.rules_in_force import RulesInForce
from ...ports.transaction import Transaction
from .compare_rules import CompareRules
from .rules_change import QuotesOutsideRules, RulesChange


@dataclass(frozen=True, slots=True)
class AdoptRules:
    """At each start the rules are compared with those that the store was last run with.

    Rules that differ are adopted, and owners told whose standing quotes cost more by them. But if a
    standing quote is outside of them, the start stops: somebody decides about it, with ApplyRules
    or by going back to the rules as they were.
    """

    transaction: Transaction
    compare_rules: CompareRules
    rules_in_force: RulesInForce
    outbox: Outbox
    rules: MarketRules

    async def check(self) -> RulesChange:
        """Return the change. Raises QuotesOutsideRules."""
        change = await self.compare_rules()
        if change.outside.quotes:
            raise QuotesOutsideRules(self.rules, change.outside)
        return change

    async def __call__(self) -> RulesChange:
        """Adopt the rules and return the change. Raises QuotesOutsideRules."""
        async with self.transaction():
            change = await self.check()
            if not change.is_none:
                await self.rules_in_force.put(self.rules)
                await self.outbox.add(*change.dearer)
        return change
