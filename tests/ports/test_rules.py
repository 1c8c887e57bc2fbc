"""Contradictory rules are refused, and so are amounts that violate the rules."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from solebook.core.payments.fees import fees_of
from solebook.ports.language.errors import OutOfRange, OutsideTick
from solebook.ports.language.rules import LevelThreshold, Lifetimes, MarketRules

RULES = MarketRules()


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        ({"tick": 0}, "tick must be from 1 .* amounts need a step"),
        ({"tick": 300}, "multiples of the tick"),
        ({"tick": 5_000}, "multiples of the tick"),
        ({"min_amount": 0}, "min_amount .* a trade costs something"),
        ({"min_amount": 20_000_000}, "min_amount must not be above max_amount"),
        ({"max_amount": 2**70}, "max_amount must be from"),
        ({"max_open_quotes": 0}, "max_open_quotes .* nothing could rest in a book"),
        ({"max_price_alerts": -1}, "max_price_alerts"),
        ({"penalty": -1}, "penalty"),
        ({"penalty": 30_000}, "penalty .* 30_000: a seller would owe more than the whole price"),
        ({"min_penalty": 2_501}, "owe more than the whole price of a trade"),
        ({"payment_window": timedelta(seconds=-1)}, "payment_window"),
        ({"payment_window": timedelta(0)}, "payment_window .* overdue at once"),
        ({"shipment_business_days": 0}, "shipment_business_days .* overdue at once"),
        ({"shipment_business_days": 10**9}, "shipment_business_days must be from 1 to 260"),
        ({"shipment_extension": timedelta(0)}, "shipment_extension .* be useless"),
        ({"arrival_window": timedelta(0)}, "arrival_window .* overdue at once"),
        ({"delivery_window": timedelta(0)}, "delivery_window .* overdue at once"),
        ({"delivery_window": timedelta.max}, "delivery_window must be from PT1S to P365D"),
        ({"payout_hold": timedelta(days=366)}, "payout_hold must be from PT0S to P365D"),
        ({"review_lease": timedelta(0)}, "review_lease .* two could review one pair"),
        ({"shipping_fee": -1}, "shipping_fee"),
        ({"shipping_fee": 10**30}, "shipping_fee"),
        ({"transaction_fees": (900,)}, "5 seller levels"),
        ({"transaction_fees": (900,) * 6}, "5 seller levels"),
        ({"transaction_fees": (900, 900, 900, 900, -1)}, "transaction_fees"),
        (
            {"transaction_fees": (9_700, 900, 900, 900, 900)},
            "leave the seller more than one minor unit",
        ),
        (
            {"transaction_fees": (900, 900, 900, 900, 9_700)},
            "leave the seller more than one minor unit",
        ),
        ({"transaction_fees": (9_696,) * 5, "min_transaction_fee": 0}, "more than one minor unit"),
        ({"processing_fee": 10_000}, "processing_fee .* the seller would get nothing"),
        ({"min_transaction_fee": 2_500}, "leave the seller something"),
        ({"min_transaction_fee": 2_425}, "leave the seller something"),
        ({"level_thresholds": (LevelThreshold(1, 1),) * 5}, "5 seller levels"),
        (
            {"level_thresholds": tuple(LevelThreshold(n, 1) for n in (1, 3, 2, 4))},
            "must not fall",
        ),
        (
            {"level_thresholds": tuple(LevelThreshold(1, n) for n in (1, 3, 2, 4))},
            "must not fall",
        ),
    ],
)
def test_rules_that_break_the_market_are_refused_with_the_reason(
    rules: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        replace(MarketRules(), **rules)


@pytest.mark.parametrize(
    "rules",
    [
        {"penalty": 0, "min_penalty": 0},
        {"penalty": 10_000},
        {"min_penalty": 2_500},
        {"shipping_fee": 0},
        {"transaction_fees": (0,) * 5, "min_transaction_fee": 0, "processing_fee": 0},
        {"level_thresholds": (LevelThreshold(0, 0),) * 4},
        {"max_price_alerts": 0},
        {"max_open_quotes": 1},
        {"payout_hold": timedelta(0)},
        {"payment_window": timedelta(seconds=1.5)},
        {"shipment_business_days": 260},
        {"tick": 1, "min_amount": 2_525},
        {"min_amount": 10_000_000},
        {"min_transaction_fee": 2_424},
    ],
)
def test_rules_at_their_limits_are_accepted(rules: dict[str, Any]) -> None:
    replace(MarketRules(), **rules)


@pytest.mark.parametrize("days", [(2, 3, 1), (1, 2, 3)])
def test_lifetimes_are_in_order(days: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match=r"minimum to maximum, \d to \d days, not \d"):
        Lifetimes(*days)


@pytest.mark.parametrize("days", [(0, 1, 1), (1, 3_651, 1), (-1, 1, 1), (1, 10**12, 1)])
def test_a_quote_lives_a_day_at_least_and_ten_years_at_most(days: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="must be from 1 to 3_650"):
        Lifetimes(*days)


@pytest.mark.parametrize("threshold", [(-1, 0), (0, -1), (0, 2**63)])
def test_a_level_is_reached_by_a_number_that_can_be_counted(threshold: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="must be from 0 to"):
        LevelThreshold(*threshold)


# ---- the seller's share --------------------------------------------------------------------------


@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_every_price_leaves_sellers_of_all_levels_a_payout(data: st.DataObject) -> None:
    # Close to the maximum fees, where rounding could take the last cent.
    left = data.draw(st.integers(1, 20) | st.integers(1, 9_999))
    worst = data.draw(st.integers(0, 10_000 - left))
    tick = data.draw(st.sampled_from([1, 3, 100]))
    lowest = tick * data.draw(
        st.integers(max(1, 5_000 // left // tick), 30_000 // left // tick + 1)
    )
    numbers: dict[str, Any] = {
        "tick": tick,
        "min_amount": lowest,
        "max_amount": 10**9 // tick * tick,
        "transaction_fees": (worst, *data.draw(st.tuples(*[st.integers(0, worst)] * 4))),
        "min_transaction_fee": data.draw(st.just(0) | st.integers(0, lowest)),
        "processing_fee": 10_000 - worst - left,
        "min_penalty": data.draw(st.integers(0, lowest)),
    }
    try:
        rules = MarketRules(**numbers)
    except ValueError:
        reject()
    last = (rules.max_amount - rules.min_amount) // rules.tick
    for step in (*range(50), data.draw(st.integers(0, last))):
        price = rules.min_amount + rules.tick * step
        for level in range(1, 6):
            cost = fees_of(price, level, rules)
            assert price - cost.transaction - cost.processing >= 1
        assert 0 <= rules.penalty_of(price) <= price


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


def test_refusal_names_the_callers_field() -> None:
    with pytest.raises(OutOfRange) as refused:
        RULES.check_amount(1, field="price")
    assert refused.value.field == "price"


def test_a_deployment_sets_its_own_tick() -> None:
    rules = MarketRules(tick=500, min_amount=5_000)
    rules.check_amount(5_500)
    with pytest.raises(OutsideTick):
        rules.check_amount(5_600)
