"""The sales that the charts do not have yet, in SQL."""

from collections.abc import Sequence

from sqlalchemy import bindparam, false, func, select, true, update

from ....ports.chart_backlog import ChartBacklog
from ....ports.language.analytics import TapedSale
from ....ports.language.ids import OrderId
from ..engine.constructs import one_of
from ..engine.database import SqlDatabase
from ..engine.statement import Statement
from ..schema import sales
from .tape import sale_of

_waiting = ~sales.c.charted
_FIRST = Statement(
    select(sales).where(_waiting).order_by(sales.c.order_id).limit(bindparam("limit"))
)
_COUNT = Statement(
    select(func.count().label("number")).select_from(
        select(sales.c.order_id).where(_waiting).limit(bindparam("limit")).subquery()
    )
)
_CHARTED = Statement(
    update(sales)
    .where(one_of(sales.c.order_id, "ids"), sales.c.voided == bindparam("voided_"))
    .values(charted=true())
)
_CHANGED = Statement(
    update(sales)
    .where(one_of(sales.c.order_id, "ids"), sales.c.voided != bindparam("voided_"))
    .values(charted=false())
)
_recorded = sales.c.product_id.is_not(None)
_PAGE = (
    select(sales.c.order_id).where(_recorded).order_by(sales.c.order_id).limit(bindparam("limit"))
)
_FIRST_PAGE = Statement(_PAGE)
_NEXT_PAGE = Statement(_PAGE.where(sales.c.order_id > bindparam("after")))
_ADD_AGAIN = Statement(update(sales).where(one_of(sales.c.order_id, "ids")).values(charted=false()))


class SqlChartBacklog(ChartBacklog):
    """A mark on each sale that is charted as it is."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def first(self, limit: int) -> Sequence[TapedSale]:
        rows = await self._database.rows(_FIRST, limit=limit)
        return [TapedSale(sale_of(row), row.voided) for row in rows]

    async def count(self, limit: int) -> int:
        row = await self._database.first(_COUNT, limit=limit)
        assert row is not None
        return int(row.number)

    async def settle(self, charted: Sequence[TapedSale]) -> None:
        for voided in (False, True):
            ids = sorted(taped.sale.order_id for taped in charted if taped.voided is voided)
            if ids:
                done = await self._database.execute(_CHARTED, ids=ids, voided_=voided)
                if done < len(ids):
                    await self._database.execute(_CHANGED, ids=ids, voided_=voided)

    async def add_again(self, after: OrderId | None, limit: int) -> Sequence[OrderId]:
        if after is None:
            rows = await self._database.rows(_FIRST_PAGE, limit=limit)
        else:
            rows = await self._database.rows(_NEXT_PAGE, after=after, limit=limit)
        ids = [OrderId(row.order_id) for row in rows]
        if ids:
            await self._database.execute(_ADD_AGAIN, ids=ids)
        return ids
