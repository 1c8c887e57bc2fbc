"""The statistics of a market."""

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import stdev

from ...ports.language.analytics import Candle, SalesSummary, Statistics
from ...ports.language.money import Cents

_FEWEST_RETURNS = 2


def statistics_of(
    days: Sequence[Candle], books: Sequence[SalesSummary], retail_price: Cents
) -> Statistics:
    """Return the statistics of the daily candles of 52 weeks and of the books' summaries."""
    last = max((book.last for book in books), key=lambda sale: sale.place, default=None)
    sales = sum(day.sales for day in days)
    total = sum(day.total for day in days)
    return Statistics(
        sales_ever=sum(book.sales for book in books),
        last_price=last.price if last else None,
        last_sold_at=last.sold_at if last else None,
        sales=sales,
        total=total,
        high=max((day.high for day in days), default=None),
        low=min((day.low for day in days), default=None),
        mean=total / sales if sales else None,
        volatility=_volatility(days),
        premium=last.price / retail_price - 1 if last and retail_price else None,
    )


def _volatility(days: Sequence[Candle]) -> float | None:
    returns = [math.log(after.close / before.close) for before, after in pairwise(days)]
    return stdev(returns) if len(returns) >= _FEWEST_RETURNS else None
