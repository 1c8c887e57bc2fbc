"""The visits of traders, and the prices that they accept."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solebook.core.payments.fees import fees_of
from solebook.entrypoints.simulation.behaviour import Behaviour
from solebook.entrypoints.simulation.prices import to_amount, worst_price
from solebook.entrypoints.simulation.sneakers import Sneaker, fair_values
from solebook.entrypoints.simulation.visits import Intent, draw_visits
from solebook.ports.language.market import Side
from solebook.ports.language.rules import MarketRules

RULES = MarketRules()


@given(worth=st.integers(1_500, 9_000_000))
@settings(max_examples=50)
def test_a_trade_at_the_worst_amount_is_no_loss(worth: int) -> None:
    ask = to_amount(Side.ASK, worst_price(Side.ASK, worth, RULES), RULES)
    if ask is not None:
        fees = fees_of(ask, 1, RULES)
        assert ask - fees.transaction - fees.processing >= worth - 1  # each fee is rounded
    bid = to_amount(Side.BID, worst_price(Side.BID, worth, RULES), RULES)
    if bid is not None:
        assert bid + RULES.shipping_fee <= worth


@pytest.mark.parametrize(
    ("side", "price", "amount"),
    [
        (Side.BID, 20_099.9, 20_000),
        (Side.ASK, 20_000.1, 20_100),
        (Side.BID, 20_000, 20_000),
        (Side.BID, 2_499, None),
        (Side.ASK, 2_401, 2_500),
        (Side.ASK, 10_000_001, None),
        (Side.BID, 10_000_001, 10_000_000),
        (Side.BID, -500, None),
        (Side.ASK, float("inf"), None),
    ],
)
def test_amount_is_the_nearest_allowed_one_that_is_no_worse(
    side: Side, price: float, amount: int | None
) -> None:
    assert to_amount(side, price, RULES) == amount


def test_visits_have_the_given_rate_and_are_in_order() -> None:
    behaviour = Behaviour(visits_per_day=4, repricing=0.3, cancelling=0.2, impatience=0.4)

    visits = list(draw_visits(behaviour, days=500, books=3, dice=Random(1)))

    share = {intent: sum(v.intent is intent for v in visits) / len(visits) for intent in Intent}
    assert len(visits) == pytest.approx(2_000, rel=0.05)
    assert [v.after for v in visits] == sorted(v.after for v in visits)
    assert timedelta(0) < visits[0].after
    assert visits[-1].after < timedelta(days=500)
    assert {v.book for v in visits} == {0, 1, 2}
    assert share[Intent.REPRICE] == pytest.approx(0.3, abs=0.04)
    assert share[Intent.CANCEL] == pytest.approx(0.2, abs=0.04)
    assert sum(v.patient for v in visits) / len(visits) == pytest.approx(0.6, abs=0.04)


def test_fair_value_follows_drift_and_volatility() -> None:
    still = fair_values(Sneaker("still", 20_000, volatility=0), 10, Random(1))
    rising = fair_values(Sneaker("rising", 20_000, drift=0.01, volatility=0), 10, Random(1))
    wild = fair_values(Sneaker("wild", 20_000, volatility=0.1), 10, Random(1))

    assert len(still) == 10 * 24 + 1
    assert set(still) == {20_000}
    assert rising[-1] == pytest.approx(20_000 * 2.718281828**0.1)
    assert max(wild) / min(wild) > 1.1
