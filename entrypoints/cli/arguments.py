"""Argument types of the command line: ids and amounts."""

import argparse
import re
from uuid import UUID

from ...ports.language.ids import parse_id
from ...ports.language.money import Cents

_DOLLARS = re.compile(r"([0-9]{1,8})(?:\.([0-9]{1,2}))?")
_MOST = 1_000_000_000


def an_id(text: str) -> UUID:
    """Return an id. Raises ArgumentTypeError, which argparse prints."""
    try:
        return parse_id(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def an_amount(text: str) -> Cents:
    """Return an amount in dollars, such as `30` or `30.50`, in cents. Raises ArgumentTypeError."""
    found = _DOLLARS.fullmatch(text)
    amount = 0
    if found is not None:
        amount = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
    if not 1 <= amount <= _MOST:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not an amount in dollars from 0.01 to 10000000.00, such as 30 or 30.50"
        )
    return amount
