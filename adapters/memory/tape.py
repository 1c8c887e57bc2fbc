"""The tape of sales, in memory."""

from collections.abc import Collection, Sequence, Set
from dataclasses import replace
from operator import attrgetter

from ...ports.language.analytics import Sale, SalesSummary
from ...ports.language.ids import OrderId, ProductId
from ...ports.language.market import BookKey, Size
from ...ports.language.paging import Page, PageRequest
from ...ports.tape import Tape
from .database import MemoryAdapter
from .paging import newest_first

_PLACE = attrgetter("place")


class MemoryTape(MemoryAdapter, Tape):
    """Sales by order and by product, with the running turnover of each book."""

    async def record(self, *sales: Sale) -> None:
        await self._database.writing()
        given = {sale.order_id: sale for sale in reversed(sales)}
        for order_id in sorted(given):
            self._record(given[order_id])

    def _record(self, sale: Sale) -> None:
        tables = self._tables
        if sale.order_id in tables.sales or sale.order_id in tables.voided_sales:
            return
        book, product_id = sale.book, sale.book.product_id
        instant = product_id, sale.sold_at
        arrival = tables.arrivals.get(instant, 0)
        self._database.put(tables.arrivals, instant, arrival + 1)
        sale = replace(sale, arrival=arrival)
        self._database.put(tables.uncharted, sale.order_id, None)
        self._database.put(tables.sales, sale.order_id, sale)
        self._database.put(tables.sales_of_product[product_id], sale.order_id, None)
        before = tables.turnovers[product_id].get(book)
        self._database.put(tables.turnovers[product_id], book, _with(before, sale))

    async def known(self, order_ids: Collection[OrderId]) -> Set[OrderId]:
        with await self._database.reading():
            tables = self._tables
            return {i for i in order_ids if i in tables.sales or i in tables.voided_sales}

    async def void(self, order_id: OrderId) -> None:
        await self._database.writing()
        tables = self._tables
        sale = tables.sales.get(order_id)
        if sale is None:
            if order_id not in tables.voided_sales:
                self._database.put(tables.voided_sales, order_id, None)
            return
        self._database.put(tables.voided_sales, order_id, sale)
        self._database.put(tables.uncharted, order_id, None)
        self._database.remove(tables.sales, order_id)
        self._database.remove(tables.sales_of_product[sale.book.product_id], order_id)
        self._add_up_again(sale.book)

    async def sales(
        self, product_id: ProductId, request: PageRequest, size: Size | None = None
    ) -> Page[Sale]:
        with await self._database.reading():
            return newest_first(
                self._tables.sales_of_product.get(product_id, ()),
                self._tables.sales,
                request,
                lambda sale: size is None or sale.book.size == size,
            )

    async def count(self, product_id: ProductId) -> int:
        with await self._database.reading():
            return len(self._tables.sales_of_product.get(product_id, ()))

    async def summaries(
        self, product_id: ProductId | None = None, size: Size | None = None
    ) -> Sequence[SalesSummary]:
        with await self._database.reading():
            turnovers = self._tables.turnovers
            wanted = list(turnovers) if product_id is None else [product_id]
            return [
                summary
                for product in wanted
                for book, summary in turnovers.get(product, {}).items()
                if size in (None, book.size)
            ]

    def _add_up_again(self, book: BookKey) -> None:
        """Recount a book's turnover, because its last sale may have been voided."""
        turnover = None
        for order_id in self._tables.sales_of_product[book.product_id]:
            sale = self._tables.sales[order_id]
            if sale.book == book:
                turnover = _with(turnover, sale)
        turnovers = self._tables.turnovers[book.product_id]
        if turnover is None:
            self._database.remove(turnovers, book)
        else:
            self._database.put(turnovers, book, turnover)


def _with(turnover: SalesSummary | None, sale: Sale) -> SalesSummary:
    """Return the turnover with one more sale."""
    if turnover is None:
        return SalesSummary(1, sale.price, sale)
    last = max(turnover.last, sale, key=_PLACE)
    return SalesSummary(turnover.sales + 1, turnover.total + sale.price, last)
