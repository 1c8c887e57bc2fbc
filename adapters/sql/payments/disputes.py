"""Disputes, in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from ....ports.disputes import Disputes
from ....ports.language.disputes import Dispute, DisputeStatus
from ....ports.language.errors import NotFound
from ....ports.language.ids import DisputeId, OrderId
from ....ports.language.invariants import ensure
from ....ports.language.paging import Page, PageRequest
from ..engine.constructs import insert_or_lock
from ..engine.database import SqlDatabase
from ..engine.paging import newest_first, page
from ..engine.statement import Row, Statement, update_row
from ..schema import disputes
from ..schema.columns import is_word

_OPEN = [status for status in DisputeStatus if not status.is_over]

_OPEN_OR_LOCK = Statement(insert_or_lock(disputes, disputes.c.name))
_SAVE = Statement(update_row(disputes))
_GET = Statement(select(disputes).where(disputes.c.id == bindparam("id")), locks=True)
_OF_ORDER = Statement(
    select(disputes).where(disputes.c.order_id == bindparam("order_id")).order_by(disputes.c.id)
)
_DUE = Statement(
    select(disputes)
    .where(disputes.c.look_at <= bindparam("now"))
    .order_by(disputes.c.look_at, disputes.c.id)
    .limit(bindparam("limit"))
)
_PAGE = {
    False: Statement(newest_first(select(disputes), disputes.c.id)),
    True: Statement(
        newest_first(select(disputes).where(is_word(disputes.c.status, *_OPEN)), disputes.c.id)
    ),
}


class SqlDisputes(Disputes):
    """Disputes by id and by name."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def open_or_lock(self, dispute: Dispute) -> Dispute:
        return dispute_of(await self._database.first(_OPEN_OR_LOCK, **_values(dispute)))

    async def save(self, dispute: Dispute) -> None:
        saved = await self._database.execute(_SAVE, **_values(dispute))
        ensure(saved, f"the dispute {dispute.name} was never stored")

    async def get(self, dispute_id: DisputeId) -> Dispute:
        row = await self._database.first(_GET, id=dispute_id)
        if row is None:
            raise NotFound(what="dispute", id=dispute_id)
        return dispute_of(row)

    async def of_order(self, order_id: OrderId) -> Sequence[Dispute]:
        return [dispute_of(row) for row in await self._database.rows(_OF_ORDER, order_id=order_id)]

    async def due(self, now: datetime, limit: int) -> Sequence[Dispute]:
        return [dispute_of(row) for row in await self._database.rows(_DUE, now=now, limit=limit)]

    async def page(self, request: PageRequest, *, open_only: bool = False) -> Page[Dispute]:
        return await page(self._database, _PAGE[open_only], request, dispute_of)


_FIELDS = tuple(Dispute.__slots__)


def _values(dispute: Dispute) -> dict[str, Any]:
    return {name: getattr(dispute, name) for name in _FIELDS}


def dispute_of(row: Row) -> Dispute:
    """Return the dispute in a row."""
    return Dispute(**{name: getattr(row, name) for name in _FIELDS})
