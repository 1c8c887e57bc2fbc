"""Currencies and their minor units."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solebook.ports.language.currencies import Currency, UnknownCurrency
from solebook.ports.language.rules import MarketRules

CODES = st.sampled_from(["JPY", "KRW", "USD", "EUR", "IQD", "KWD"])
AMOUNTS = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(
    ("exponent", "codes"),
    [
        (0, "JPY KRW VND CLP ISK UGX XOF"),
        (2, "USD EUR GBP CHF HUF IDR TWD RSD MGA XCG"),
        (3, "KWD BHD OMR TND JOD IQD LYD"),
    ],
)
def test_the_exponent_is_that_of_iso_4217(exponent: int, codes: str) -> None:
    assert {Currency.of(code).exponent for code in codes.split()} == {exponent}


@pytest.mark.parametrize("code", ["", "usd", "US", "$", "DEM", "XXX", "XAU", "USN", "BTC", "USD "])
def test_what_nobody_pays_with_is_refused(code: str) -> None:
    with pytest.raises(UnknownCurrency, match="It must be an ISO 4217 code in capital letters"):
        Currency.of(code)


@given(CODES, AMOUNTS)
def test_an_amount_is_written_with_all_decimals_of_its_currency(code: str, amount: int) -> None:
    currency = Currency.of(code)
    written = Decimal(currency.plain(amount).replace(",", ""))
    assert written == Decimal(amount).scaleb(-currency.exponent)
    assert written.as_tuple().exponent == -currency.exponent


@given(CODES, st.integers(0, 10**12))
def test_what_is_written_is_read_again(code: str, amount: int) -> None:
    currency = Currency.of(code)
    assert currency.parse(currency.plain(amount).replace(",", "")) == amount


@pytest.mark.parametrize("text", ["", "1.001", "1.", ".5", "-1", "1,000", "1e3", "１"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not an amount in USD, such as 450 or 449\.50$"):
        Currency.of("USD").parse(text)
    with pytest.raises(ValueError, match=r"is not an amount in JPY, such as 450$"):
        Currency.of("JPY").parse(text)


@given(CODES)
def test_default_rules_are_valid_in_every_currency(code: str) -> None:
    rules = MarketRules.in_currency(code)
    assert rules.currency == code
    assert rules.least_payout(rules.min_amount) > 0
    assert (rules == MarketRules()) is (code == "USD")


def test_default_amounts_are_ten_times_as_many_with_three_decimals() -> None:
    yen, dinar = MarketRules.in_currency("JPY"), MarketRules.in_currency("KWD")
    names = ("tick", "min_amount", "max_amount", "min_transaction_fee", "shipping_fee")
    for name in (*names, "min_penalty"):
        dollars: int = getattr(MarketRules(), name)
        assert (getattr(yen, name), getattr(dinar, name)) == (dollars, dollars * 10)
    assert dinar.transaction_fees == yen.transaction_fees == MarketRules().transaction_fees
    assert [level.volume for level in dinar.level_thresholds] == [
        level.volume * 10 for level in MarketRules().level_thresholds
    ]


def test_rules_in_an_unknown_currency_are_refused() -> None:
    with pytest.raises(ValueError, match="'EURO' is not a currency"):
        MarketRules(currency="EURO")
