"""Charts in memory."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Literal

from ...ports.charts import Charts
from ...ports.language.analytics import Candle, Interval, Sale
from ...ports.language.ids import ProductId
from ...ports.language.market import Condition, Size
from .database import MemoryAdapter
from .tape import MemoryTape


class MemoryCharts(MemoryAdapter, Charts):
    """Charts of the sales on the tape, so what is on the tape is charted."""

    async def put(self, *sales: Sale) -> None:
        await MemoryTape(self._database).record(*sales)

    async def void(self, *sales: Sale) -> None:
        for sale in sales:
            await MemoryTape(self._database).void(sale.order_id)

    async def candles(
        self,
        product_id: ProductId,
        interval: Literal[Interval.HOUR, Interval.DAY],
        start: datetime,
        end: datetime,
        *,
        condition: Condition,
        size: Size | None = None,
    ) -> Sequence[Candle]:
        with await self._database.reading():
            tables = self._tables
            every = (tables.sales[i] for i in tables.sales_of_product.get(product_id, ()))
            wanted = [
                sale
                for sale in every
                if start <= sale.sold_at < end
                and sale.book.condition is condition
                and size in (None, sale.book.size)
            ]
        wanted.sort(key=attrgetter("place"))
        groups = groupby(wanted, key=lambda sale: _start(sale.sold_at, interval))
        return [_candle(starts_at, list(sales)) for starts_at, sales in groups]


def _start(instant: datetime, interval: Interval) -> datetime:
    hour = instant.replace(minute=0, second=0, microsecond=0)
    return hour if interval is Interval.HOUR else hour.replace(hour=0)


def _candle(starts_at: datetime, sales: list[Sale]) -> Candle:
    prices = [sale.price for sale in sales]
    return Candle(
        starts_at=starts_at,
        open=prices[0],
        high=max(prices),
        low=min(prices),
        close=prices[-1],
        sales=len(prices),
        total=sum(prices),
    )
