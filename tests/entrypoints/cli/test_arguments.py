"""Arguments of the command line."""

import re

import pytest

from solebook.entrypoints.cli.arguments import an_amount
from solebook.ports.language.currencies import DOLLAR, Currency

YEN, DINAR = Currency.of("JPY"), Currency.of("KWD")


@pytest.mark.parametrize(
    ("text", "cents"),
    [("30", 3_000), ("30.5", 3_050), ("1234.56", 123_456), ("0.01", 1), ("10000000", 10**9)],
)
def test_an_amount_is_in_dollars(text: str, cents: int) -> None:
    assert an_amount(text, DOLLAR) == cents


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [("30", YEN, 30), ("30", DINAR, 30_000), ("30.5", DINAR, 30_500), ("0.001", DINAR, 1)],
)
def test_an_amount_is_in_the_currency(text: str, currency: Currency, amount: int) -> None:
    assert an_amount(text, currency) == amount


@pytest.mark.parametrize(
    ("text", "currency"),
    [("30.0", YEN), ("0.5", YEN), ("30.0001", DINAR), ("1000001", DINAR), ("1000000001", YEN)],
)
def test_an_amount_that_the_currency_does_not_have_is_refused(
    text: str, currency: Currency
) -> None:
    with pytest.raises(ValueError, match=f"^'{text}' is not an amount in {currency.code}"):
        an_amount(text, currency)


@pytest.mark.parametrize(
    "text",
    [
        *("", "a lot", "nan", "inf", "1e3", "1E3", "0x10", "1_000", "+30", "-30", " 30", "30\n"),
        *("30.001", "30.000", "30.", ".5", "1,5", "1,234.56", "$30", "３０", "٣٠"),
        *("0", "0.00", "10000000.01", "9" * 5_000),
    ],
)
def test_an_invalid_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(repr(text))} is not an amount in USD"):
        an_amount(text, DOLLAR)
