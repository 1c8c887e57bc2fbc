"""Contract of RulesInForce."""

from datetime import timedelta

import pytest

from solebook.composition.adapters import Store
from solebook.ports.language.rules import LevelThreshold, Lifetimes, MarketRules

EVERYTHING_ELSE = MarketRules(
    tick=500,
    min_amount=5_000,
    max_amount=1_000_000,
    bid_days=Lifetimes(2, 20, 10),
    ask_days=Lifetimes(3, 30, 20),
    transaction_fees=(1_000, 950, 900, 850, 800),
    level_thresholds=tuple(LevelThreshold(n, n * 1_000) for n in (1, 2, 3, 4)),
    shipping_fee=0,
    payout_hold=timedelta(0),
    payment_window=timedelta(seconds=90.5),
)


async def test_a_new_store_was_run_with_no_rules(store: Store) -> None:
    assert await store.rules_in_force.find() is None


async def test_the_rules_that_were_noted_last_are_found(store: Store) -> None:
    for rules in (MarketRules(), EVERYTHING_ELSE):
        async with store.transaction():
            await store.rules_in_force.put(rules)
        assert await store.rules_in_force.find() == rules


async def test_rolled_back_rules_are_not_stored(store: Store) -> None:
    async with store.transaction():
        await store.rules_in_force.put(MarketRules())

    async def fail() -> None:
        async with store.transaction():
            await store.rules_in_force.put(EVERYTHING_ELSE)
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await store.rules_in_force.find() == MarketRules()
