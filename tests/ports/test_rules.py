"""Rules that contradict themselves are refused, and so are amounts that break them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from solebook.ports.language.errors import OutOfRange, OutsideTick
from solebook.ports.language.rules import LevelThreshold, Lifetimes, MarketRules

RULES = MarketRules()


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        ({"tick": 0}, "tick"),
        ({"tick": 300}, "tick"),
        ({"min_amount": 20_000_000}, "min_amount"),
        ({"penalty": -1}, "penalty"),
        ({"payment_window": timedelta(seconds=-1)}, "payment_window"),
        ({"transaction_fees": (900,)}, "5 seller levels"),
        ({"transaction_fees": (900,) * 6}, "5 seller levels"),
        ({"level_thresholds": (LevelThreshold(1, 1),) * 5}, "5 seller levels"),
        ({"transaction_fees": (900, 900, 900, 900, -1)}, "transaction_fees"),
        ({"transaction_fees": (9_700, 900, 900, 900, 900)}, "leave the seller"),
        ({"min_transaction_fee": 2_500}, "leave the seller"),
    ],
)
def test_rules_that_make_no_market_are_refused(rules: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        replace(MarketRules(), **rules)


@pytest.mark.parametrize("days", [(0, 1, 1), (2, 3, 1), (1, 2, 3)])
def test_lifetimes_are_in_order(days: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="minimum <= default <= maximum"):
        Lifetimes(*days)


# ---- amounts -------------------------------------------------------------------------------------


@pytest.mark.parametrize("amount", [2_500, 2_600, 20_000, 9_999_900, 10_000_000])
def test_an_amount_within_the_range_and_on_the_tick_may_stand(amount: int) -> None:
    RULES.check_amount(amount)


@pytest.mark.parametrize("amount", [-20_000, 0, 100, 2_400, 2_499, 10_000_001, 10_000_100, 2**60])
def test_an_amount_outside_the_range_is_refused_with_the_range(amount: int) -> None:
    with pytest.raises(OutOfRange) as refused:
        RULES.check_amount(amount)
    assert refused.value.data() == {
        "field": "amount",
        "value": amount,
        "minimum": 2_500,
        "maximum": 10_000_000,
    }


@pytest.mark.parametrize("amount", [2_501, 2_550, 20_099, 9_999_999])
def test_an_amount_between_two_ticks_is_refused_with_the_tick(amount: int) -> None:
    with pytest.raises(OutsideTick) as refused:
        RULES.check_amount(amount)
    assert refused.value.data() == {"amount": amount, "tick": 100}


def test_a_refused_amount_is_named_as_the_caller_calls_it() -> None:
    with pytest.raises(OutOfRange) as refused:
        RULES.check_amount(1, field="price")
    assert refused.value.field == "price"


def test_a_deployment_sets_its_own_tick() -> None:
    rules = MarketRules(tick=500, min_amount=5_000)
    rules.check_amount(5_500)
    with pytest.raises(OutsideTick):
        rules.check_amount(5_600)
