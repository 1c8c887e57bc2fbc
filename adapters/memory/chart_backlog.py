"""The sales that the charts do not have yet, in memory."""

from collections.abc import Sequence
from heapq import nsmallest

from ...ports.chart_backlog import ChartBacklog
from ...ports.language.analytics import TapedSale
from ...ports.language.ids import OrderId
from .database import MemoryAdapter


class MemoryChartBacklog(MemoryAdapter, ChartBacklog):
    """The ids of orders whose sales wait."""

    async def first(self, limit: int) -> Sequence[TapedSale]:
        with await self._database.reading():
            waiting = nsmallest(limit, self._tables.uncharted)
            return [found for order_id in waiting if (found := self._find(order_id)) is not None]

    async def count(self, limit: int) -> int:
        with await self._database.reading():
            return min(limit, len(self._tables.uncharted))

    async def settle(self, charted: Sequence[TapedSale]) -> None:
        await self._database.writing()
        uncharted = self._tables.uncharted
        for taped in charted:
            order_id = taped.sale.order_id
            if self._find(order_id) == taped:
                if order_id in uncharted:
                    self._database.remove(uncharted, order_id)
            else:
                self._database.put(uncharted, order_id, None)

    async def add_again(self, after: OrderId | None, limit: int) -> Sequence[OrderId]:
        await self._database.writing()
        tables = self._tables
        voided = (order_id for order_id, sale in tables.voided_sales.items() if sale is not None)
        every = (*tables.sales, *voided)
        page = nsmallest(limit, (each for each in every if after is None or each > after))
        for order_id in page:
            self._database.put(tables.uncharted, order_id, None)
        return page

    def _find(self, order_id: OrderId) -> TapedSale | None:
        standing = self._tables.sales.get(order_id)
        if standing is not None:
            return TapedSale(standing, voided=False)
        voided = self._tables.voided_sales.get(order_id)
        return None if voided is None else TapedSale(voided, voided=True)
