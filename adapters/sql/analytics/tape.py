"""The tape of sales, in SQL."""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import bindparam, false, func, select, true, update

from ....ports.language.analytics import Sale, SalesSummary
from ....ports.language.ids import OrderId, ProductId
from ....ports.language.market import Size
from ....ports.language.paging import Page, PageRequest
from ....ports.tape import Tape
from ..bidding.book_columns import book_of, book_values
from ..engine.constructs import insert_or_lock, insert_or_skip, one_of, one_of_rows
from ..engine.database import SqlDatabase
from ..engine.paging import newest_first, page
from ..engine.statement import Row, Statement
from ..schema import sales
from .turnovers import SqlTurnovers

_RECORD = Statement(insert_or_skip(sales).returning(sales.c.order_id))
_KNOWN = Statement(select(sales.c.order_id).where(one_of(sales.c.order_id, "ids")))
_instant = (sales.c.product_id, sales.c.sold_at)
_LAST_ARRIVALS = Statement(
    select(*_instant, func.max(sales.c.arrival).label("arrival"))
    .where(one_of_rows(_instant, ("product_ids", "times")))
    .group_by(*_instant)
)
_ADD_VOIDED_OR_LOCK = Statement(insert_or_lock(sales, sales.c.order_id))
_VOID = Statement(
    update(sales)
    .where(sales.c.order_id == bindparam("voided_id"))
    .values(voided=true(), charted=false())
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

_Instant: TypeAlias = tuple[ProductId, datetime]


class SqlTape(Tape):
    """Sales, one row each. A voided sale keeps its row, so that it is not recorded again."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database
        self._turnovers = SqlTurnovers(database)

    async def record(self, *sales: Sale) -> None:
        given = {sale.order_id: sale for sale in reversed(sales)}
        # In one sequence everywhere, or two transactions with the same sales could deadlock.
        left = sorted(given.values(), key=_sequence)
        added: list[Sale] = []
        while left:
            numbered = _numbered(left, await self._next_arrivals({_instant_of(s) for s in left}))
            rows = await self._database.rows_of_many(_RECORD, map(_values, numbered))
            added += [given[row.order_id] for row in rows]
            left = await self._without_number({sale.order_id: sale for sale in left}, rows)
        await self._turnovers.add(added)

    async def _without_number(self, given: dict[OrderId, Sale], added: Sequence[Row]) -> list[Sale]:
        """Return the new sales whose number another transaction has given to another sale."""
        skipped = given.keys() - {row.order_id for row in added}
        if skipped:
            known = await self._database.rows(_KNOWN, ids=sorted(skipped))
            skipped -= {row.order_id for row in known}
        return sorted((given[order_id] for order_id in skipped), key=_sequence)

    async def _next_arrivals(self, instants: Collection[_Instant]) -> Mapping[_Instant, int]:
        rows = await self._database.rows(
            _LAST_ARRIVALS,
            product_ids=[product_id for product_id, _ in instants],
            times=[sold_at for _, sold_at in instants],
        )
        return {(row.product_id, row.sold_at): row.arrival + 1 for row in rows}

    async def known(self, order_ids: Collection[OrderId]) -> Set[OrderId]:
        rows = await self._database.rows(_KNOWN, ids=sorted(order_ids))
        return {row.order_id for row in rows}

    async def void(self, order_id: OrderId) -> None:
        unknown = dict.fromkeys(("product_id", "size", "condition", "price", "sold_at"))
        known = await self._database.first(
            _ADD_VOIDED_OR_LOCK, order_id=order_id, **unknown, arrival=0, voided=True, charted=True
        )
        assert known is not None
        if not known.voided:
            await self._database.execute(_VOID, voided_id=order_id)
            await self._turnovers.remove(sale_of(known))

    async def sales(
        self, product_id: ProductId, request: PageRequest, size: Size | None = None
    ) -> Page[Sale]:
        statement = _SALES if size is None else _SALES_OF_SIZE
        return await page(
            self._database,
            statement,
            request,
            sale_of,
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
        "arrival": sale.arrival,
        "charted": False,
    }


def _instant_of(sale: Sale) -> _Instant:
    return sale.book.product_id, sale.sold_at


def _sequence(sale: Sale) -> tuple[ProductId, datetime, OrderId]:
    return *_instant_of(sale), sale.order_id


def _numbered(sales: Sequence[Sale], arrivals: Mapping[_Instant, int]) -> list[Sale]:
    """Return sales with the next numbers of their instants, which are 0 unless they are given."""
    following = dict(arrivals)
    numbered = []
    for sale in sales:
        arrival = following.get(_instant_of(sale), 0)
        following[_instant_of(sale)] = arrival + 1
        numbered.append(replace(sale, arrival=arrival))
    return numbered


def sale_of(row: Row) -> Sale:
    """Return the sale in a row, which must have been recorded."""
    return Sale(row.order_id, book_of(row), row.price, row.sold_at, row.arrival)
