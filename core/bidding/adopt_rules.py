"""Adopt new market rules at the start."""

from dataclasses import dataclass

from ...ports.exchange_terms import ExchangeTerms
from ...ports.language.rules import MarketRules
from ...ports.language.terms import check_currency
from ...ports.outbox import Outbox
from ...ports.rules_in_force import RulesInForce
from ...ports.transaction import Transaction
from .compare_rules import CompareRules
from .rules_change import QuotesOutsideRules, RulesChange


@dataclass(frozen=True, slots=True)
class AdoptRules:
    """Compares the rules with those of the last start, and adopts them if they differ.

    Owners whose standing quotes would now trade at a higher cost are notified. If a standing quote
    is outside the new rules, or they are in another currency, the start fails. An operator then
    runs ApplyRules, or starts with the earlier rules.
    """

    transaction: Transaction
    compare_rules: CompareRules
    rules_in_force: RulesInForce
    exchange_terms: ExchangeTerms
    outbox: Outbox
    rules: MarketRules

    async def check(self) -> RulesChange:
        """Return the change without adopting it. Raises QuotesOutsideRules, WrongCurrency."""
        terms = await self.exchange_terms.find()
        if terms is not None:
            check_currency(terms, self.rules.currency)
        change = await self.compare_rules()
        if change.outside.quotes:
            raise QuotesOutsideRules(self.rules, change.outside)
        return change

    async def __call__(self) -> RulesChange:
        """Adopt the rules and return the change. Raises QuotesOutsideRules, WrongCurrency."""
        async with self.transaction():
            change = await self.check()
            if not change.is_none:
                await self.rules_in_force.put(self.rules)
                await self.outbox.add(*change.dearer)
        return change
