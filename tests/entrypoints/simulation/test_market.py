"""Results of simulated markets with different people and rules."""

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from solebook.entrypoints.simulation.behaviour import Behaviour
from solebook.entrypoints.simulation.market import Market
from solebook.entrypoints.simulation.result import SimulationResult
from solebook.entrypoints.simulation.sneakers import Sneaker
from solebook.ports.language.errors import InvalidSize
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.payments import AccountKind
from solebook.ports.language.rules import LevelThreshold, MarketRules

pytestmark = pytest.mark.integration

LOST = {OrderStatus.CANCELLED, OrderStatus.AUTH_FAILED}


def behaving(market: Market, **behaviour: Any) -> SimulationResult:
    return replace(market, behaviour=Behaviour(**behaviour)).simulate()


def ruled(market: Market, **rules: Any) -> SimulationResult:
    return replace(market, rules=MarketRules(**rules)).simulate()


# ---- the result ------------------------------------------------------------------------------


def test_every_invariant_holds(result: SimulationResult) -> None:
    assert result.invariants.hold
    assert result.solvency.balanced
    assert result.solvency.provider_balance > 0
    for best in result.best_prices:
        assert (best.highest_bid or 0) < (best.lowest_ask or math.inf)


def test_trades_are_the_orders_that_stand(result: SimulationResult) -> None:
    standing = sum(n for status, n in result.orders.items() if status not in LOST)

    assert OrderStatus.PENDING not in result.orders
    assert len(result.trades) == standing > 20
    assert sorted(result.trades, key=lambda trade: trade.time) == list(result.trades)


def test_orders_reach_every_status_except_pending(market: Market) -> None:
    result = replace(market, buyers=14, sellers=14, behaviour=Behaviour(pairs_authentic=0.8))

    assert result.simulate().orders.keys() == set(OrderStatus) - {OrderStatus.PENDING}


def test_exchange_refuses_only_for_expected_reasons(result: SimulationResult) -> None:
    assert result.refusals["NoCounterpart"] > 0
    assert result.refusals.keys() <= {"NoCounterpart", "IllegalMove", "QuoteNotActive"}


def test_summary_has_trades_money_and_every_book(market: Market, result: SimulationResult) -> None:
    summary = result.summary()

    assert (
        f"{len(result.trades)}, worth {result.volume // 100:,}.{result.volume % 100:02}" in summary
    )
    assert "all there" in summary
    for sneaker in market.sneakers:
        for size in sneaker.sizes:
            assert f"\n{sneaker.name} {size} " in summary


def test_a_market_without_trades_has_a_summary() -> None:
    # No pair is worth the shipping fee.
    quiet = Market(days=1, buyers=1, sellers=1, rules=MarketRules(shipping_fee=5_000_000))

    result = quiet.simulate()

    assert result.trades == ()
    assert "orders         none" in result.summary()


# ---- people matter ---------------------------------------------------------------------------


def test_declined_cards_cause_no_trade_and_lose_no_ask(market: Market) -> None:
    result = behaving(market, cards_declined=1, impatience=0, cancelling=0, repricing=0)

    assert result.trades == ()
    assert result.orders.keys() == {OrderStatus.CANCELLED}
    assert result.solvency.provider_balance == 0
    assert any(best.lowest_ask for best in result.best_prices)


def test_sellers_who_do_not_ship_owe_penalties(market: Market) -> None:
    result = behaving(market, pairs_shipped=0)

    assert result.orders.keys() == {OrderStatus.CONFIRMED, OrderStatus.CANCELLED}
    assert result.fees_earned == 0
    assert result.solvency.by_kind[AccountKind.DEBT] < 0


def test_pairs_that_fail_authentication_are_refunded(market: Market) -> None:
    result = behaving(market, pairs_authentic=0)

    assert result.orders[OrderStatus.AUTH_FAILED] > 0
    assert OrderStatus.DELIVERED not in result.orders
    assert result.fees_earned == 0


def test_lost_parcels_cancel_their_orders_at_the_deadline(market: Market) -> None:
    result = behaving(market, parcels_arrived=0, handling=timedelta(hours=1))

    assert result.orders[OrderStatus.CANCELLED] > 0
    assert OrderStatus.AUTHENTICATING not in result.orders


def test_delivery_is_assumed_if_buyers_do_not_confirm(market: Market) -> None:
    hurry = {"handling": timedelta(minutes=5), "transit": timedelta(minutes=5)}

    result = behaving(market, deliveries_confirmed=0, **hurry)

    assert result.orders[OrderStatus.DELIVERED] > 0
    assert result.orders[OrderStatus.SHIPPING_TO_BUYER] > result.orders[OrderStatus.DELIVERED]


def test_more_traders_trade_more(market: Market, result: SimulationResult) -> None:
    crowd = replace(market, buyers=market.buyers * 2, sellers=market.sellers * 2).simulate()

    assert len(crowd.trades) > 1.5 * len(result.trades)


# ---- rules matter ----------------------------------------------------------------------------


def test_higher_fee_earns_more_from_fewer_trades(market: Market, result: SimulationResult) -> None:
    cheap = ruled(market, transaction_fees=(300,) * 5, min_transaction_fee=100)

    assert result.fees_earned > 2 * cheap.fees_earned > 0
    assert result.volume < cheap.volume
    assert len(result.trades) < len(cheap.trades)


def test_longer_hold_pays_out_less_by_the_last_day(
    market: Market, result: SimulationResult
) -> None:
    patient = ruled(market, payout_hold=timedelta(days=30))

    assert patient.fees_earned == 0
    assert patient.orders == result.orders
    assert patient.trades == result.trades


def test_every_price_is_a_multiple_of_the_tick(market: Market) -> None:
    coarse = ruled(market, tick=2_500)

    assert coarse.trades
    assert all(trade.price % 2_500 == 0 for trade in coarse.trades)


def test_lower_thresholds_raise_sellers(market: Market, result: SimulationResult) -> None:
    steps = tuple(LevelThreshold(n, 10_000_000) for n in (1, 2, 3, 100))

    easy = ruled(market, level_thresholds=steps)

    assert set(easy.seller_levels) >= {3, 4}
    assert sum(easy.seller_levels.values()) == market.sellers
    assert easy.fees_earned < result.fees_earned


def test_fees_of_nearly_the_whole_price_stop_every_seller(market: Market) -> None:
    ruinous = ruled(market, transaction_fees=(9_600, 9_600, 9_600, 9_600, 9_600))

    assert ruinous.trades == ()


# ---- parameters ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"days": 0}, "days must be between 1 and 3650, not 0"),
        ({"buyers": 0}, "buyers must be between 1 and 10000, not 0"),
        ({"sellers": 10_001}, "sellers must be between 1 and 10000, not 10001"),
        ({"authenticators": 0}, "authenticators must be between 1 and 10000, not 0"),
        ({"sneakers": ()}, "sneakers must be one or more"),
        ({"sneakers": (Sneaker("A", 9_000), Sneaker("A", 9_000))}, "different names"),
        ({"sneakers": (Sneaker("A", 900),)}, "A: the fair_value 900 is outside the rules"),
    ],
)
def test_invalid_market_is_refused(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Market(**parameters)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"impatience": 1.1}, r"impatience must be between 0 and 1, not 1\.1"),
        ({"pairs_shipped": -0.1}, r"pairs_shipped must be between 0 and 1, not -0\.1"),
        ({"cards_declined": math.nan}, "cards_declined must be between 0 and 1, not nan"),
        ({"repricing": 0.6, "cancelling": 0.6}, "repricing plus cancelling"),
        ({"visits_per_day": 0}, "visits_per_day must be above 0 and at most 1000, not 0"),
        ({"dispersion": -1}, "dispersion must be between 0 and 2, not -1"),
        ({"handling": timedelta(0)}, "handling must be above 0 and at most 365 days"),
        ({"transit": timedelta(days=366)}, "transit must be above 0 and at most 365 days"),
    ],
)
def test_invalid_behaviour_is_refused(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Behaviour(**parameters)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"name": " "}, "a sneaker needs a name"),
        ({"fair_value": 0}, "A: fair_value must be positive, not 0"),
        ({"drift": 2}, "A: drift must be between -1 and 1, not 2"),
        ({"volatility": math.nan}, "A: volatility must be between 0 and 1, not nan"),
        ({"sizes": ()}, "A: sizes must be one or more, all different"),
        ({"sizes": ("9", "9")}, "A: sizes must be one or more, all different"),
    ],
)
def test_invalid_sneaker_is_refused(parameters: dict[str, Any], message: str) -> None:
    fields: dict[str, Any] = {"name": "A", "fair_value": 9_000} | parameters

    with pytest.raises(ValueError, match=message):
        Sneaker(**fields)


def test_sneaker_in_an_invalid_size_is_refused() -> None:
    with pytest.raises(InvalidSize):
        Sneaker("A", 9_000, sizes=("huge",))
