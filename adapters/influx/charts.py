"""Charts in InfluxDB."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from ...ports.charts import Charts
from ...ports.language.analytics import Candle, Interval, Sale
from ...ports.language.ids import ProductId
from ...ports.language.market import Condition, Size
from .connection import InfluxConnection
from .points import MEASUREMENT, line_of, nanoseconds, time_of

_AT_ONCE = 1_000
"""The number of points in a write."""
_CANDLES = f"""\
SELECT first("price") AS "open", max("price") AS "high", min("price") AS "low",
last("price") AS "close", count("price") AS "sales", sum("price") AS "total"
FROM "{MEASUREMENT}"
WHERE "product_id" = $product_id AND "condition" = $condition{{of_size}} AND "voided" = false
AND time >= $start AND time < $end
GROUP BY time({{interval}}) fill(none)"""  # noqa: S608  # values are bound


class InfluxCharts(Charts):
    """A point per sale. That of a voided one stays, marked as voided.

    So voiding needs no deletion, which InfluxDB 3 has not. Of two writes the later one decides.
    """

    def __init__(self, connection: InfluxConnection) -> None:
        self._connection = connection

    async def put(self, *sales: Sale) -> None:
        await self._write(sales, voided=False)

    async def void(self, *sales: Sale) -> None:
        await self._write(sales, voided=True)

    async def _write(self, sales: Sequence[Sale], *, voided: bool) -> None:
        for first in range(0, len(sales), _AT_ONCE):
            portion = sales[first : first + _AT_ONCE]
            await self._connection.write([line_of(sale, voided=voided) for sale in portion])

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
        if start >= end:
            return []
        values: dict[str, str | int] = {
            "product_id": str(product_id),
            "condition": condition.value,
            "start": nanoseconds(start),
            "end": nanoseconds(end),
        }
        of_size = ""
        if size is not None:
            of_size = ' AND "size" = $size'
            values["size"] = size
        text = _CANDLES.format(of_size=of_size, interval=interval.value)
        return [_candle(row) for row in await self._connection.query(text, values)]


def _candle(row: dict[str, Any]) -> Candle:
    return Candle(
        starts_at=time_of(row["time"]),
        open=row["open"],
        high=row["high"],
        low=row["low"],
        close=row["close"],
        sales=row["sales"],
        total=row["total"],
    )
