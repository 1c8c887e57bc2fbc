"""Argument types of the command line."""

import re
from argparse import ArgumentTypeError

import pytest

from solebook.entrypoints.cli.arguments import an_amount


@pytest.mark.parametrize(
    ("text", "cents"),
    [("30", 3_000), ("30.5", 3_050), ("1234.56", 123_456), ("0.01", 1), ("10000000", 10**9)],
)
def test_an_amount_is_in_dollars(text: str, cents: int) -> None:
    assert an_amount(text) == cents


@pytest.mark.parametrize(
    "text",
    [
        *("", "a lot", "nan", "inf", "1e3", "1E3", "0x10", "1_000", "+30", "-30", " 30", "30\n"),
        *("30.001", "30.000", "30.", ".5", "1,5", "1,234.56", "$30", "３０", "٣٠"),
        *("0", "0.00", "10000000.01", "9" * 5_000),
    ],
)
def test_an_invalid_amount_is_refused(text: str) -> None:
    with pytest.raises(
        ArgumentTypeError, match=f"^{re.escape(repr(text))} is not an amount in dollars"
    ):
        an_amount(text)
