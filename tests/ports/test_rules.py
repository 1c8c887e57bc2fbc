"""Rules that contradict themselves are refused."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from solebook.ports.language.rules import LevelThreshold, Lifetimes, MarketRules


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
