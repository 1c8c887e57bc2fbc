"""Money is an integer number of cents, in memory, in the database and in JSON."""

from typing import TypeAlias

Cents: TypeAlias = int
"""A whole number of cents in the deployment's only currency."""

CURRENCY = "USD"
"""The ISO 4217 code of the only currency."""

BasisPoints: TypeAlias = int
"""Hundredths of a percent: 900 is 9 %."""


def share(amount: Cents, rate: BasisPoints) -> Cents:
    """Return `rate` of a non-negative `amount`, rounded half-up to the cent.

    >>> share(20_000, 900)
    1800
    >>> share(50, 100)
    1
    """
    assert amount >= 0, amount
    return (amount * rate + 5_000) // 10_000
