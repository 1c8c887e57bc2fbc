"""Money is a whole number of the currency's minor unit, in memory, in the database and in JSON."""

from typing import TypeAlias

from .invariants import ensure

Cents: TypeAlias = int
"""A whole number of the minor unit of the exchange's only currency.

In US dollars it is a cent, in yen a yen, in Kuwaiti dinars a fils, a thousandth. `currencies.py`
has the minor unit of each currency.
"""

CURRENCY = "USD"
"""The ISO 4217 code of the default currency."""

BasisPoints: TypeAlias = int
"""Hundredths of a percent: 900 is 9 %."""


def share(amount: Cents, rate: BasisPoints) -> Cents:
    """Return `rate` of a non-negative `amount`, rounded half-up to the minor unit.

    >>> share(20_000, 900)
    1800
    >>> share(50, 100)
    1
    """
    ensure(amount >= 0, amount)
    return (amount * rate + 5_000) // 10_000
