"""Seller levels, which lower the fees of sellers with many sales."""

from ....ports.language.payments import SalesVolume
from ....ports.language.rules import MarketRules


def level_of(this_quarter: SalesVolume, last_quarter: SalesVolume, rules: MarketRules) -> int:
    """Return the seller's level, 1 to 5.

    A seller reaches a level by the number or the volume of completed sales in a quarter. The level
    applies at once and for the next quarter.
    """
    return max(_reached(this_quarter, rules), _reached(last_quarter, rules))


def _reached(quarter: SalesVolume, rules: MarketRules) -> int:
    level = 1
    for threshold in rules.level_thresholds:
        if quarter.sales < threshold.sales and quarter.volume < threshold.volume:
            break
        level += 1
    return level
