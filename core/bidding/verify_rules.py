"""Verify the rules in force."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, fields

from ...ports.integrity import Report, Snapshot, Verifier
from ...ports.language.integrity import Check, Finding, Progress
from ...ports.language.rules import MarketRules
from ...ports.language.terms import Terms
from .rules_change import RulesChange


@dataclass(frozen=True, slots=True)
class VerifyRules(Verifier):
    """Checks that the store was last run with the rules in the settings, and on the same terms.

    A process with other rules would charge other fees, and one with another number of shards would
    match other books.
    """

    rules: MarketRules
    terms: Terms

    async def __call__(self, snapshot: Snapshot) -> AsyncIterator[Report]:
        """Yield the rules and terms that differ. Raises Unavailable."""
        yield Progress("rules", 0, 1)
        in_force, size = await snapshot.rules_in_force(), await snapshot.size()
        if in_force is None and size.bids + size.asks:
            yield Finding(
                Check.RULES,
                "rules in force",
                "there are none that this version can read; the next start adopts those of the "
                "settings",
            )
        change = RulesChange(in_force, self.rules)
        for name, (stored, in_settings) in change.differences.items():
            yield Finding(
                Check.RULES,
                f"rule {name}",
                f"in force is {stored}; by the settings it should be {in_settings}",
            )
        async for finding in self._terms_findings(snapshot):
            yield finding
        yield Progress("rules", 1, 1)

    async def _terms_findings(self, snapshot: Snapshot) -> AsyncIterator[Finding]:
        terms, shards = await snapshot.terms(), await snapshot.shards()
        for term in fields(Terms) if terms is not None else ():
            agreed, ours = getattr(terms, term.name), getattr(self.terms, term.name)
            if agreed != ours:
                yield Finding(
                    Check.RULES,
                    f"term {term.name}",
                    f"the exchange has {agreed}; this version should have it with {ours}",
                )
        for shard in sorted(shards):
            if shard >= self.terms.shards:
                yield Finding(
                    Check.RULES,
                    f"shard {shard}",
                    f"an engine has it; there should be {self.terms.shards}, from 0 on",
                )
