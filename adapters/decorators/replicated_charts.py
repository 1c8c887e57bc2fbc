"""The charts as a replica of the store shows them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from ...ports.charts import ChartReader
from ...ports.language.analytics import Candle, Interval
from ...ports.language.ids import ProductId
from ...ports.language.market import Condition, Size
from .replica_reads import ReplicaReads


class ReplicatedCharts(ChartReader):
    """Reads from a replica, or from the store."""

    def __init__(self, reads: ReplicaReads[ChartReader]) -> None:
        self._reads = reads

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
        return await self._reads(
            lambda charts: charts.candles(
                product_id, interval, start, end, condition=condition, size=size
            )
        )
