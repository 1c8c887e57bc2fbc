"""Sales figures, as reported by the API and as calculated from the file's sales."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec

from ...ports.language.analytics import Candle
from ...ports.language.money import Cents
from .api import Api
from .files import SaleRow

_YEAR = timedelta(weeks=52)
_YEARS_AT_ONCE = {"1mo": 50, "1d": 2}
"""Calendar years of candles per request, which may have at most 1,000 candles."""


@dataclass(frozen=True, slots=True)
class YearFigures:
    """The sales of the last 52 weeks. Prices are in minor units, and None without sales."""

    sales: int
    mean_price: float | None
    high: Cents | None
    low: Cents | None


@dataclass(frozen=True, slots=True)
class Figures:
    """All sales of a product or of one of its sizes. Prices are in minor units."""

    sales: int
    last_price: Cents
    mean_price: float
    high: Cents
    low: Cents
    year: YearFigures
    months: Sequence[Candle]
    days: Sequence[Candle]


@dataclass(frozen=True, slots=True)
class ProductFigures:
    """A product's figures, those of each size, its single sales, and its best prices now."""

    figures: Figures
    by_size: dict[str, Figures]
    tape: Sequence[SaleRow]
    """Oldest first."""
    lowest_ask: Cents | None
    highest_bid: Cents | None


@dataclass(frozen=True, slots=True)
class MarketData:
    """Reads the public market data of the sales between two days."""

    api: Api
    first: date
    last: date

    async def of(self, name: str, product_id: str) -> ProductFigures | None:
        """Return the figures of a product, or None without sales. Raises ApiRefusal."""
        path = f"/products/{product_id}"
        figures = await self._figures(path)
        if figures is None:
            return None
        by_size, markets = {}, []
        for entry in (await self.api.get(path))["sizes"]:
            size = entry["size"]
            market = await self.api.get(f"{path}/market", size=size)
            markets.append(market)
            of_size = await self._figures(path, size=size)
            if of_size is not None and (last := market["last_sale"]) is not None:
                by_size[size] = replace(of_size, sales=market["sales"], last_price=last["price"])
        asks = [market["lowest_ask"] for market in markets]
        bids = [market["highest_bid"] for market in markets]
        return ProductFigures(
            figures=figures,
            by_size=by_size,
            tape=await self._tape(name, path),
            lowest_ask=min((ask for ask in asks if ask is not None), default=None),
            highest_bid=max((bid for bid in bids if bid is not None), default=None),
        )

    async def _figures(self, path: str, **only: str) -> Figures | None:
        months = [candle async for candle in self._candles(path, "1mo", only)]
        days = [candle async for candle in self._candles(path, "1d", only)]
        statistics = await self.api.get(f"{path}/statistics", **only)
        if not months or statistics["last_price"] is None:
            return None
        return Figures(
            sales=statistics["sales_ever"],
            last_price=statistics["last_price"],
            mean_price=sum(month.total for month in months) / sum(month.sales for month in months),
            high=max(month.high for month in months),
            low=min(month.low for month in months),
            year=YearFigures(
                statistics["sales"], statistics["mean"], statistics["high"], statistics["low"]
            ),
            months=months,
            days=days,
        )

    async def _candles(
        self, path: str, interval: str, only: dict[str, str]
    ) -> AsyncIterator[Candle]:
        years = _YEARS_AT_ONCE[interval]
        for year in range(self.first.year, self.last.year + 1, years):
            span = {"from": f"{year}-01-01T00:00:00Z", "to": f"{year + years - 1}-12-31T00:00:00Z"}
            answer = await self.api.get(f"{path}/candles", interval=interval, **span, **only)
            for item in answer["items"]:
                yield msgspec.convert(item, Candle)

    async def _tape(self, name: str, path: str) -> list[SaleRow]:
        newest_first = [sale async for sale in self.api.pages(f"{path}/sales")]
        return [
            SaleRow(
                datetime.fromisoformat(sale["sold_at"]).date(), name, sale["size"], sale["price"]
            )
            for sale in reversed(newest_first)
        ]


def figures_of(sales: Sequence[SaleRow], today: date) -> Figures:
    """Return the figures of sales, oldest first. The last 52 weeks end with `today`.

    It shares no code with the exchange's own calculation.
    """
    prices = [sale.price for sale in sales]
    lately = [sale.price for sale in sales if today - _YEAR <= sale.sold_on <= today]
    return Figures(
        sales=len(prices),
        last_price=prices[-1],
        mean_price=sum(prices) / len(prices),
        high=max(prices),
        low=min(prices),
        year=YearFigures(
            sales=len(lately),
            mean_price=sum(lately) / len(lately) if lately else None,
            high=max(lately, default=None),
            low=min(lately, default=None),
        ),
        months=_candles_of(sales, lambda day: day.replace(day=1)),
        days=_candles_of(sales, lambda day: day),
    )


def _candles_of(sales: Sequence[SaleRow], start_of: Callable[[date], date]) -> list[Candle]:
    groups: defaultdict[date, list[Cents]] = defaultdict(list)
    for sale in sales:
        groups[start_of(sale.sold_on)].append(sale.price)
    return [
        Candle(
            starts_at=datetime.combine(start, time(), UTC),
            open=prices[0],
            high=max(prices),
            low=min(prices),
            close=prices[-1],
            sales=len(prices),
            total=sum(prices),
        )
        for start, prices in sorted(groups.items())
    ]


def by_name(figures: Figures) -> dict[str, Any]:
    """Return the figures by unique names, so that they can be compared one by one."""
    return {
        "sales": figures.sales,
        "last_price": figures.last_price,
        "mean_price": figures.mean_price,
        "high": figures.high,
        "low": figures.low,
        "the last 52 weeks": figures.year,
        "months": len(figures.months),
        "days": len(figures.days),
        **{f"month {candle.starts_at:%Y-%m}": candle for candle in figures.months},
        **{f"day {candle.starts_at:%Y-%m-%d}": candle for candle in figures.days},
    }
