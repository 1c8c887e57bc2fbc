"""The terms of every quote: amount and lifetime."""

from datetime import UTC, datetime, timedelta

import pytest

from solebook.core.bidding.quote_terms import check_amount, expiry
from solebook.ports.language.errors import OutOfRange, OutsideTick
from solebook.ports.language.market import Side
from solebook.ports.language.rules import Lifetimes, MarketRules

RULES = MarketRules()
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize("amount", [2_500, 2_600, 20_000, 9_999_900, 10_000_000])
def test_an_amount_within_the_range_and_on_the_tick_may_stand(amount: int) -> None:
    check_amount(amount, RULES)


@pytest.mark.parametrize("amount", [-20_000, 0, 100, 2_400, 2_499, 10_000_001, 10_000_100, 2**60])
def test_an_amount_outside_the_range_is_refused_with_the_range(amount: int) -> None:
    with pytest.raises(OutOfRange) as refused:
        check_amount(amount, RULES)
    assert refused.value.data() == {
        "field": "amount",
        "value": amount,
        "minimum": 2_500,
        "maximum": 10_000_000,
    }


@pytest.mark.parametrize("amount", [2_501, 2_550, 20_099, 9_999_999])
def test_an_amount_between_two_ticks_is_refused_with_the_tick(amount: int) -> None:
    with pytest.raises(OutsideTick) as refused:
        check_amount(amount, RULES)
    assert refused.value.data() == {"amount": amount, "tick": 100}


@pytest.mark.parametrize(
    ("side", "days", "lives"),
    [
        (Side.BID, None, 30),
        (Side.BID, 1, 1),
        (Side.BID, 60, 60),
        (Side.ASK, None, 60),
        (Side.ASK, 1, 1),
        (Side.ASK, 365, 365),
    ],
)
def test_a_quote_lives_for_the_days_it_asks_for_or_its_sides_default(
    side: Side, days: int | None, lives: int
) -> None:
    assert expiry(side, days, NOW, RULES) == NOW + timedelta(days=lives)


@pytest.mark.parametrize(
    ("side", "days", "maximum"),
    [(Side.BID, 0, 60), (Side.BID, -1, 60), (Side.BID, 61, 60), (Side.ASK, 366, 365)],
)
def test_a_lifetime_outside_the_range_is_refused_with_the_range(
    side: Side, days: int, maximum: int
) -> None:
    with pytest.raises(OutOfRange) as refused:
        expiry(side, days, NOW, RULES)
    assert refused.value.data() == {
        "field": "expires_in_days",
        "value": days,
        "minimum": 1,
        "maximum": maximum,
    }


def test_a_deployment_sets_its_own_terms() -> None:
    rules = MarketRules(tick=500, min_amount=5_000, bid_days=Lifetimes(2, 4, 3))
    check_amount(5_500, rules)
    with pytest.raises(OutsideTick):
        check_amount(5_600, rules)
    assert expiry(Side.BID, None, NOW, rules) == NOW + timedelta(days=3)
