"""Hands the use cases that compare and adopt the rules of the market their ports."""

from functools import partial

from ..core.bidding.adopt_rules import AdoptRules
from ..core.bidding.compare_rules import CompareRules
from ..ports.language.rules import MarketRules
from .adapters import Adapters
from .payment_use_cases import fee_schedule


def compare_rules_of(adapters: Adapters, rules: MarketRules) -> CompareRules:
    """Return the use case that compares the rules with those that the store was run with."""
    return CompareRules(
        rules_in_force=adapters.store.rules_in_force,
        standing_quotes=adapters.store.standing_quotes,
        fees_by=partial(fee_schedule, adapters),
        clock=adapters.clock,
        rules=rules,
    )


def adopt_rules_of(adapters: Adapters, rules: MarketRules) -> AdoptRules:
    """Return the use case by which the engine adopts the rules when it starts."""
    store = adapters.store
    return AdoptRules(
        transaction=store.transaction,
        compare_rules=compare_rules_of(adapters, rules),
        rules_in_force=store.rules_in_force,
        outbox=store.outbox,
        rules=rules,
    )
