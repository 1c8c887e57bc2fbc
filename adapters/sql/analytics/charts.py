"""Charts of the tape's table, in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import BigInteger, bindparam, cast, func, select

from ....ports.charts import Charts
from ....ports.language.analytics import Candle, Interval, Sale
from ....ports.language.ids import ProductId
from ....ports.language.market import Condition, Size
from ..engine.constructs import start_of_day, start_of_hour
from ..engine.database import SqlDatabase
from ..engine.statement import Row, Statement
from ..schema import sales
from .tape import SqlTape


def _candles(interval: Interval, *, of_size: bool) -> Statement:
    starts_at = _START_OF[interval](sales.c.sold_at).label("starts_at")
    wanted = select(starts_at, sales.c.sold_at, sales.c.arrival, sales.c.price).where(
        ~sales.c.voided,
        sales.c.product_id == bindparam("product_id"),
        sales.c.condition == bindparam("condition"),
        sales.c.sold_at >= bindparam("start"),
        sales.c.sold_at < bindparam("end"),
    )
    if of_size:
        wanted = wanted.where(sales.c.size == bindparam("size"))
    sale = wanted.subquery()
    in_order = (sale.c.sold_at, sale.c.arrival)
    backwards = [column.desc() for column in in_order]
    ranked = select(
        sale.c.starts_at,
        func.first_value(sale.c.price)
        .over(partition_by=sale.c.starts_at, order_by=in_order)
        .label("open"),
        func.first_value(sale.c.price)
        .over(partition_by=sale.c.starts_at, order_by=backwards)
        .label("close"),
        sale.c.price,
    ).subquery()
    return Statement(
        select(
            ranked.c.starts_at,
            func.max(ranked.c.open).label("open"),
            func.max(ranked.c.price).label("high"),
            func.min(ranked.c.price).label("low"),
            func.max(ranked.c.close).label("close"),
            func.count().label("sales"),
            cast(func.sum(ranked.c.price), BigInteger).label("total"),
        )
        .group_by(ranked.c.starts_at)
        .order_by(ranked.c.starts_at)
    )


_START_OF = {Interval.HOUR: start_of_hour, Interval.DAY: start_of_day}
_CANDLES = {
    (interval, of_size): _candles(interval, of_size=of_size)
    for interval in _START_OF
    for of_size in (False, True)
}


class SqlCharts(Charts):
    """Charts of the sales on the tape, so what is on the tape is charted."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database
        self._tape = SqlTape(database)

    async def put(self, *sales: Sale) -> None:
        await self._tape.record(*sales)

    async def void(self, *sales: Sale) -> None:
        for sale in sales:
            await self._tape.void(sale.order_id)

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
        rows = await self._database.rows(
            _CANDLES[interval, size is not None],
            product_id=product_id,
            start=start,
            end=end,
            condition=condition,
            size=size,
        )
        return [_candle(row) for row in rows]


def _candle(row: Row) -> Candle:
    return Candle(
        starts_at=row.starts_at,
        open=row.open,
        high=row.high,
        low=row.low,
        close=row.close,
        sales=row.sales,
        total=row.total,
    )
