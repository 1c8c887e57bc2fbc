"""Amounts as people type them."""

import re

from ....ports.language.currencies import Currency
from ....ports.language.errors import InvalidText
from ....ports.language.money import Cents

_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")


def amount_of(text: str, currency: Currency) -> Cents:
    """Return an amount in minor units. Raises InvalidText.

    Commas separate thousands. In other countries they separate decimals: who types "99,50" shall
    not bid 9,950.

    >>> amount_of(" $1,250 ", Currency.of("USD")), amount_of("99.5", Currency.of("USD"))
    (125000, 9950)
    >>> amount_of("KWD 30.5", Currency.of("KWD"))
    30500
    """
    plain = text.strip().removeprefix(currency.mark.strip()).strip()
    try:
        if "," in plain and not _GROUPED.fullmatch(plain):
            raise ValueError("a comma stands where no thousands end")
        return currency.parse(plain.replace(",", ""))
    except ValueError as error:
        problem = f"must be like {currency.example}, in {currency.code}"
        raise InvalidText(field="amount", problem=problem) from error


def days_of(text: str) -> int | None:
    """Return a number of days, or None for the default. Raises InvalidText."""
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 4):
        raise InvalidText(field="days", problem="must be a whole number")
    return int(text)


def typed(amount: Cents, currency: Currency) -> str:
    """Return an amount as it would be typed.

    >>> typed(125_000, Currency.of("USD"))
    '1250.00'
    """
    return currency.plain(amount).replace(",", "")
