"""Arguments of the command line: ids, amounts and times."""

import argparse
from uuid import UUID

from ...ports.language.currencies import Currency
from ...ports.language.ids import parse_id
from ...ports.language.money import Cents

_MOST = 1_000_000_000
"""The highest amount, in minor units."""
_LONGEST = 3_600.0


def an_id(text: str) -> UUID:
    """Return an id. Raises ArgumentTypeError, which argparse prints."""
    try:
        return parse_id(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def an_amount(text: str, currency: Currency) -> Cents:
    """Return an amount such as `30` or `30.50` in minor units. Raises ValueError.

    It is no type of an argument, because the currency is a setting.
    """
    amount = currency.parse(text)
    if not 1 <= amount <= _MOST:
        limits = f"{currency.plain(1)} to {currency.plain(_MOST)}"
        raise ValueError(f"{text!r} is not an amount in {currency.code} from {limits}")
    return amount


def seconds(text: str) -> float:
    """Return a time to wait, in seconds. Raises ArgumentTypeError, which argparse prints."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= _LONGEST:  # also for NaN
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a number of seconds, more than 0 and up to {_LONGEST:g}"
        )
    return number
