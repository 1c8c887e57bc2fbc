"""Draw the charts again from the tape."""

from collections.abc import Callable
from dataclasses import dataclass

from ...ports.chart_backlog import ChartBacklog
from ...ports.language.ids import OrderId
from ...ports.transaction import Transaction
from .chart_sales import ChartSales

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class RedrawCharts:
    """Charts every sale of the tape again, in charts outside the store.

    It may run in another process, and the market goes on. First all sales join the backlog. So the
    charts count as behind, and the store answers for them, until they are complete.
    """

    transaction: Transaction
    backlog: ChartBacklog
    chart_sales: ChartSales

    async def __call__(self, progress: Callable[[int, int], None] = lambda *_: None) -> int:
        """Return the number of sales on the tape, voided ones included.

        `progress` is called with how many sales were charted here, and how many there are. Other
        processes may chart some of them. Raises Unavailable.
        """
        count = 0
        after: OrderId | None = None
        while page := await self._add_again(after):
            count, after = count + len(page), page[-1]
            progress(0, count)
        charted = 0
        while done := await self.chart_sales():
            charted += done
            progress(charted, max(count, charted))
        return count

    async def _add_again(self, after: OrderId | None) -> list[OrderId]:
        async with self.transaction():
            return [*await self.backlog.add_again(after, _AT_ONCE)]
