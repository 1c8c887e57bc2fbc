"""The price of a quote for a pair's worth, after fees and shipping."""

import math

from ...ports.language.market import Side
from ...ports.language.money import Cents
from ...ports.language.rules import MarketRules

_WHOLE = 10_000
"""100 %, in basis points."""


def worst_price(side: Side, worth: float, rules: MarketRules) -> float:
    """Return the worst price at which a trade still pays for a trader, in minor units.

    A buyer also pays the shipping, and a seller pays the fees of level one. Sellers of a higher
    level use these fees too.

    >>> worst_price(Side.BID, 20_000, MarketRules())
    18600.0
    >>> round(worst_price(Side.ASK, 17_600, MarketRules()))
    20000
    """
    if side is Side.BID:
        return float(worth - rules.shipping_fee)
    processing, transaction = rules.processing_fee, rules.transaction_fees[0]
    if processing + transaction >= _WHOLE:
        return math.inf
    by_rate = worth * _WHOLE / (_WHOLE - processing - transaction)
    by_minimum = (worth + rules.min_transaction_fee) * _WHOLE / (_WHOLE - processing)
    return max(by_rate, by_minimum)


def to_amount(side: Side, price: float, rules: MarketRules) -> Cents | None:
    """Return the nearest allowed amount that is no worse than the price, or None."""
    if not rules.min_amount - rules.tick < price < rules.max_amount + rules.tick:
        return None
    ticks = price / rules.tick
    amount = rules.tick * (math.floor(ticks) if side is Side.BID else math.ceil(ticks))
    return amount if rules.min_amount <= amount <= rules.max_amount else None
