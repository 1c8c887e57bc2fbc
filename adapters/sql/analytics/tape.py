"""The tape of sales, in SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select, true, update

from ....ports.language.analytics import Sale, SalesSummary
from ....ports.language.ids import OrderId, ProductId
from ....ports.language.market import Size
from ....ports.language.paging import Page, PageRequest
from ....ports.tape import Tape
from ..bidding.book_columns import book_of, book_values
from ..engine.constructs import insert_or_lock, insert_or_skip
from ..engine.database import SqlDatabase
from ..engine.paging import newest_first, page
from ..engine.statement import Row, Statement
from ..schema import sales
from .turnovers import SqlTurnovers

_RECORD = Statement(insert_or_skip(sales, sales.c.order_id).returning(sales.c.order_id))
_ADD_VOIDED_OR_LOCK = Statement(insert_or_lock(sales, sales.c.order_id))
_VOID = Statement(
    update(sales).where(sales.c.order_id == bindparam("voided_id")).values(voided=true())
)
_standing = ~sales.c.voided
_of_product = sales.c.product_id == bindparam("product_id")
_of_size = sales.c.size == bindparam("size")
_SALES = Statement(newest_first(select(sales).where(_standing, _of_product), sales.c.order_id))
_SALES_OF_SIZE = Statement(
    newest_first(
        select(sales).where(_standing, _of_product, _of_size),
        sales.c.order_id,
    )
)


class SqlTape(Tape):
    """Sales, one row each. A voided sale keeps its row, so that it is not recorded again."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database
        self._turnovers = SqlTurnovers(database)

    async def record(self, *sales: Sale) -> None:
        given = {sale.order_id: sale for sale in reversed(sales)}
        # In one sequence everywhere, or two transactions with the same sales could deadlock.
        rows = [_values(given[order_id]) for order_id in sorted(given)]
        added = await self._database.rows_of_many(_RECORD, rows)
        await self._turnovers.add([given[row.order_id] for row in added])

    async def void(self, order_id: OrderId) -> None:
        unknown = dict.fromkeys(("product_id", "size", "condition", "price", "sold_at"))
        known = await self._database.first(
            _ADD_VOIDED_OR_LOCK, order_id=order_id, **unknown, voided=True
        )
        assert known is not None
        if not known.voided:
            await self._database.execute(_VOID, voided_id=order_id)
            await self._turnovers.remove(_sale(known))

    async def sales(
        self, product_id: ProductId, request: PageRequest, size: Size | None = None
    ) -> Page[Sale]:
        statement = _SALES if size is None else _SALES_OF_SIZE
        return await page(
            self._database,
            statement,
            request,
            _sale,
            id_="order_id",
            product_id=product_id,
            size=size,
        )

    async def count(self, product_id: ProductId) -> int:
        return await self._turnovers.count(product_id)

    async def summaries(
        self, product_id: ProductId | None = None, size: Size | None = None
    ) -> Sequence[SalesSummary]:
        return await self._turnovers.summaries(product_id, size)


def _values(sale: Sale) -> dict[str, Any]:
    return {
        "order_id": sale.order_id,
        **book_values(sale.book),
        "price": sale.price,
        "sold_at": sale.sold_at,
        "voided": False,
    }


def _sale(row: Row) -> Sale:
    return Sale(row.order_id, book_of(row), row.price, row.sold_at)
