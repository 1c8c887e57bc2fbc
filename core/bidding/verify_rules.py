"""Verify the rules in force."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from ...ports.integrity import Report, Snapshot, Verifier
from ...ports.language.integrity import Check, Finding, Progress
from ...ports.language.rules import MarketRules
from .rules_change import RulesChange


@dataclass(frozen=True, slots=True)
class VerifyRules(Verifier):
    """Checks that the store was last run with the rules in the settings.

    A process with other rules would charge other fees.
    """

    rules: MarketRules

    async def __call__(self, snapshot: Snapshot) -> AsyncIterator[Report]:
        """Yield the rules that differ. Raises Unavailable."""
        yield Progress("rules", 0, 1)
        change = RulesChange(await snapshot.rules_in_force(), self.rules)
        for name, (in_force, in_settings) in change.differences.items():
            yield Finding(
                Check.RULES,
                f"rule {name}",
                f"in force is {in_force}; by the settings it should be {in_settings}",
            )
        yield Progress("rules", 1, 1)
