"""The lifetime of quotes."""

from datetime import UTC, datetime, timedelta

import pytest

from solebook.core.bidding.quote_terms import expiry
from solebook.ports.language.errors import OutOfRange
from solebook.ports.language.market import Side
from solebook.ports.language.rules import Lifetimes, MarketRules

RULES = MarketRules()
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


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


def test_a_deployment_sets_its_own_lifetimes() -> None:
    rules = MarketRules(bid_days=Lifetimes(2, 4, 3))
    assert expiry(Side.BID, None, NOW, rules) == NOW + timedelta(days=3)
