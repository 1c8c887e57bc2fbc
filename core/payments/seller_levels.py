"""Seller levels: who sells much pays less."""

from ...ports.language.payments import SalesVolume
from ...ports.language.rules import MarketRules


def level_of(this_quarter: SalesVolume, last_quarter: SalesVolume, rules: MarketRules) -> int:
    """Return the seller's level, 1 to 5.

    A level is reached by completed sales or by their volume in a quarter, counts at once, and is
    kept for the next quarter.
    """
    return max(_reached(this_quarter, rules), _reached(last_quarter, rules))


def _reached(quarter: SalesVolume, rules: MarketRules) -> int:
    level = 1
    for threshold in rules.level_thresholds:
        if quarter.sales < threshold.sales and quarter.volume < threshold.volume:
            break
        level += 1
    return level
