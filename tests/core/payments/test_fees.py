"""The fees of a trade, to the minor unit."""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solebook.core.payments.fees import fees_of
from solebook.ports.language.orders import Fees
from solebook.ports.language.rules import MarketRules

from ..orders.walks import order_in

RULES = MarketRules()
RATES = ["0.09", "0.085", "0.08", "0.075", "0.07"]
PRICES = st.integers(RULES.min_amount, RULES.max_amount)
LEVELS = st.integers(1, 5)
CURRENCIES = st.sampled_from(["JPY", "USD", "KWD"])
"""Without decimals, with two, and with three."""


def percent(price: int, rate: str) -> int:
    return int((price * Decimal(rate)).quantize(Decimal(1), ROUND_HALF_UP))


def test_a_trade_at_200_dollars_pays_out_176_at_level_1() -> None:
    fees = fees_of(20_000, 1, RULES)
    assert fees == Fees(seller_level=1, transaction=1_800, processing=600, shipping=1_400)
    order = replace(order_in("pending"), price=20_000, fees=fees)
    assert (order.payout_amount, order.buyer_total) == (17_600, 21_400)


@pytest.mark.parametrize(
    ("level", "transaction"), [(1, 1_800), (2, 1_700), (3, 1_600), (4, 1_500), (5, 1_400)]
)
def test_who_sells_more_pays_less(level: int, transaction: int) -> None:
    assert fees_of(20_000, level, RULES).transaction == transaction


@given(PRICES, LEVELS)
def test_every_fee_is_its_percentage_rounded_half_up(price: int, level: int) -> None:
    fees = fees_of(price, level, RULES)
    assert fees.transaction == max(percent(price, RATES[level - 1]), 500)
    assert fees.processing == percent(price, "0.03")
    assert (fees.shipping, fees.seller_level) == (1_400, level)


@given(PRICES, LEVELS)
def test_fees_and_payout_sum_to_the_price_and_the_payout_is_positive(
    price: int, level: int
) -> None:
    fees = fees_of(price, level, RULES)
    order = replace(order_in("pending"), price=price, fees=fees)
    assert price == order.payout_amount + fees.transaction + fees.processing
    assert order.payout_amount > 0
    assert order.buyer_total == price + fees.shipping


@given(CURRENCIES, LEVELS, st.data())
def test_fees_in_every_currency_are_rounded_half_up_to_its_smallest_unit(
    code: str, level: int, data: st.DataObject
) -> None:
    rules = MarketRules.in_currency(code)
    currency = rules.money
    price = data.draw(st.integers(rules.min_amount, rules.max_amount))
    fees = fees_of(price, level, rules)
    units = Decimal(price).scaleb(-currency.exponent)
    smallest = Decimal(1).scaleb(-currency.exponent)
    for fee, rate, least in (
        (fees.transaction, RATES[level - 1], rules.min_transaction_fee),
        (fees.processing, "0.03", 0),
    ):
        exact = (units * Decimal(rate)).quantize(smallest, ROUND_HALF_UP)
        assert Decimal(fee).scaleb(-currency.exponent) == max(
            exact, Decimal(least).scaleb(-currency.exponent)
        )
    order = replace(order_in("pending"), price=price, fees=fees)
    assert price == order.payout_amount + fees.transaction + fees.processing
    assert order.payout_amount > 0
    assert order.buyer_total == price + rules.shipping_fee
    assert 0 < rules.penalty_of(price) <= price


@given(PRICES, LEVELS)
def test_a_higher_price_never_pays_out_less(price: int, level: int) -> None:
    def payout(price: int) -> int:
        fees = fees_of(price, level, RULES)
        return price - fees.transaction - fees.processing

    assert payout(price) <= payout(price + RULES.tick)


@pytest.mark.parametrize(
    ("price", "transaction", "processing"),
    [
        (2_500, 500, 75),
        (5_500, 500, 165),
        (5_600, 504, 168),
        (5_650, 509, 170),  # 508.5 and 169.5 are rounded up
        (10_000_000, 900_000, 300_000),
    ],
)
def test_small_trades_pay_the_minimum_fee(price: int, transaction: int, processing: int) -> None:
    fees = fees_of(price, 1, RULES)
    assert (fees.transaction, fees.processing) == (transaction, processing)


@given(PRICES)
def test_a_penalty_is_15_percent_or_15_dollars(price: int) -> None:
    assert RULES.penalty_of(price) == max(percent(price, "0.15"), 1_500)


@pytest.mark.parametrize(
    ("price", "penalty"), [(2_500, 1_500), (10_000, 1_500), (10_100, 1_515), (20_000, 3_000)]
)
def test_a_small_penalty_is_the_minimum(price: int, penalty: int) -> None:
    assert RULES.penalty_of(price) == penalty
