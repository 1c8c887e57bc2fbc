"""Chart the sales that the charts do not have yet."""

from dataclasses import dataclass

from ...ports.chart_backlog import ChartBacklog
from ...ports.charts import Charts
from ...ports.transaction import Transaction

_AT_ONCE = 500
"""The number of sales that are charted at once."""


@dataclass(frozen=True, slots=True)
class ChartSales:
    """Brings charts outside the store up to date with the tape.

    It charts what the tape says of a sale and not what an event said, so it does not matter how
    often and in what sequence sales are recorded and voided. What was charted when it fails is
    charted again, which changes nothing.
    """

    transaction: Transaction
    backlog: ChartBacklog
    charts: Charts

    async def __call__(self) -> int:
        """Return how many sales were charted: none if the charts are up to date.

        Raises Unavailable, after which retry.
        """
        waiting = await self.backlog.first(_AT_ONCE)
        standing = [taped.sale for taped in waiting if not taped.voided]
        voided = [taped.sale for taped in waiting if taped.voided]
        if standing:
            await self.charts.put(*standing)
        if voided:
            await self.charts.void(*voided)
        if waiting:
            async with self.transaction():
                await self.backlog.settle(waiting)
        return len(waiting)
