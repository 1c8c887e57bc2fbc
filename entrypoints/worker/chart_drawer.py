"""The drawer of charts: brings charts outside the store up to date with the tape."""

import asyncio

from ...core.analytics.chart_sales import ChartSales

_POLL = 0.25
"""Seconds between two looks whether there are new sales."""


class ChartDrawer:
    """Charts sales in the sequence of their orders. Two at once would do no harm.

    If the charts are away, the sales wait in the store, however many there are.
    """

    def __init__(self, chart_sales: ChartSales) -> None:
        self._chart_sales = chart_sales

    async def run(self) -> None:
        """Chart sales until cancelled. Raises Unavailable; it may be run again."""
        while True:
            if not await self._chart_sales():
                await asyncio.sleep(_POLL)

    async def draw(self) -> int:
        """Chart all sales that wait, and return how many. Raises Unavailable."""
        count = 0
        while charted := await self._chart_sales():
            count += charted
        return count
