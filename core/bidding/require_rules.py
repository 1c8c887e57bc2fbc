"""Require that this process has the rules and terms that the exchange runs with."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from ...ports.exchange_terms import ExchangeTerms
from ...ports.language.rules import MarketRules
from ...ports.language.terms import Terms
from ...ports.rules_in_force import RulesInForce
from ...ports.transaction import Transaction
from .adopt_rules import AdoptRules
from .rules_change import RulesChange


class OtherRules(ValueError):
    """This process has other market rules or terms than the exchange runs with."""

    def __init__(self, differences: Mapping[str, tuple[object, object]]) -> None:
        super().__init__(differences)
        self.differences = differences

    def __str__(self) -> str:
        differ = "; ".join(
            f"{name} is {theirs} there and {ours} here"
            for name, (theirs, ours) in self.differences.items()
        )
        if set(self.differences) == {"shards"}:
            return f"the exchange was resharded: {differ}. Start this process again"
        return (
            f"the exchange runs with other rules than this process: {differ}. Give all processes "
            "the same settings, or stop them all and run `solebook admin apply-rules`"
        )


@dataclass(frozen=True, slots=True)
class RequireRules:
    """Compares the rules and terms of this process with the stored ones, on a shared store.

    All processes run with the same rules, which only ApplyRules changes, and on the same terms,
    which only Reshard changes. The first process on an empty exchange stores both.
    """

    transaction: Transaction
    exchange_terms: ExchangeTerms
    rules_in_force: RulesInForce
    adopt_rules: AdoptRules
    rules: MarketRules
    terms: Terms

    async def __call__(self) -> None:
        """Return if they are the same. Raises OtherRules, QuotesOutsideRules, Unavailable."""
        async with self.transaction():  # two first processes take turns
            agreed = await self.exchange_terms.agree(self.terms)
            if await self.rules_in_force.find() is None:
                await self.adopt_rules()
        await self.check(agreed)

    async def check(self, agreed: Terms | None = None) -> None:
        """Return if the rules and the terms are the same. Raises OtherRules, Unavailable.

        The terms are `agreed`, or are read.
        """
        agreed = agreed or await self.exchange_terms.find()
        in_force = await self.rules_in_force.find()
        differences = dict(RulesChange(in_force, self.rules).differences)
        for term in fields(Terms) if agreed is not None else ():
            theirs, ours = getattr(agreed, term.name), getattr(self.terms, term.name)
            if theirs != ours:
                differences[term.name] = theirs, ours
        if differences:
            raise OtherRules(differences)
