"""Several processes run with the same rules of the market."""

import pytest

from solebook.composition.bidding import require_rules_of
from solebook.core.bidding.require_rules import OtherRules
from solebook.ports.language.rules import MarketRules

from ...exchange import build_exchange


async def test_the_first_process_brings_its_rules_into_force_and_others_need_the_same() -> None:
    exchange = build_exchange()
    adapters, rules = exchange.app.adapters, exchange.app.rules
    await require_rules_of(adapters, rules)()
    assert await adapters.store.rules_in_force.find() == rules
    await require_rules_of(adapters, rules)()
    others = MarketRules(min_amount=5_000, max_open_quotes=7)
    told = "min_amount is 2500 there and 5000 here; max_open_quotes is 500 there and 7 here"
    with pytest.raises(OtherRules, match=told) as refused:
        await require_rules_of(adapters, others)()
    assert set(refused.value.differences) == {"min_amount", "max_open_quotes"}
    assert await adapters.store.rules_in_force.find() == rules


async def test_a_process_in_another_currency_is_refused_and_told_both() -> None:
    exchange = build_exchange(rules=MarketRules.in_currency("JPY"))
    adapters = exchange.app.adapters
    await require_rules_of(adapters, exchange.app.rules)()
    with pytest.raises(OtherRules, match="currency is JPY there and EUR here") as refused:
        await require_rules_of(adapters, MarketRules.in_currency("EUR"))()
    assert set(refused.value.differences) == {"currency"}


async def test_a_process_on_other_terms_is_refused_and_told_in_what_they_differ() -> None:
    exchange = build_exchange()
    adapters, rules = exchange.app.adapters, exchange.app.rules
    await require_rules_of(adapters, rules, 8)()
    with pytest.raises(OtherRules, match="currency is USD there and EUR here; shards is 8 there"):
        await require_rules_of(adapters, MarketRules.in_currency("EUR"), 1)()
    resharded = "the exchange was resharded: shards is 8 there and 1 here. Start this process again"
    with pytest.raises(OtherRules, match=resharded):
        await require_rules_of(adapters, rules, 1)()
