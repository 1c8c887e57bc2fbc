"""The prices that are usual in a book."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ...ports.language.money import Cents

_FEWEST = 5
"""Sales from which something can be said to be usual."""
_DEVIATIONS = 3
_NORMAL = 1.4826
"""Robust deviations times this are standard deviations if prices are normally distributed."""
_LEAST_SHARE = 0.02
"""A deviation is at least this share of the median: after equal prices, a little more is usual."""


@dataclass(frozen=True, slots=True)
class UsualPrices:
    """The median of a book's last sales, and the bounds beyond which a price is unusual."""

    middle: Cents
    lowest: Cents
    highest: Cents

    def contain(self, price: Cents) -> bool:
        """Whether a price is usual."""
        return self.lowest <= price <= self.highest


def usual_prices(prices: Sequence[Cents]) -> UsualPrices | None:
    """Return what is within three robust deviations of the median, or None for too few prices.

    The robust deviation is the median of the distances to the median, so that a single mistyped
    sale does not make the next one usual (Hampel's identifier).

    >>> usual_prices([20_000, 20_500, 21_000, 19_500, 90_000])
    UsualPrices(middle=20500, lowest=18277, highest=22723)
    """
    if len(prices) < _FEWEST:
        return None
    middle = median(prices)
    deviation = _NORMAL * median(abs(price - middle) for price in prices)
    reach = _DEVIATIONS * max(deviation, _LEAST_SHARE * middle)
    return UsualPrices(round(middle), max(0, round(middle - reach)), round(middle + reach))
