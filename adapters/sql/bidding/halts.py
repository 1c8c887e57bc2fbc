"""The read-only store of halts, in SQL, and the mapping of their rows."""

from typing import Any

from sqlalchemy import bindparam, select

from ....ports.halts import Halts
from ....ports.language.errors import NotFound
from ....ports.language.halts import Halt
from ....ports.language.ids import HaltId
from ....ports.language.paging import Page, PageRequest
from ..engine.constructs import insert_or_replace, one_of
from ..engine.database import SqlDatabase
from ..engine.paging import newest_first, page
from ..engine.statement import Row, Statement
from ..schema import halts

PUT = Statement(insert_or_replace(halts, halts.c.id))
STANDING = Statement(select(halts).where(halts.c.ended_at.is_(None)).order_by(halts.c.id))
BY_ID = Statement(select(halts).where(one_of(halts.c.id, "ids")))

_GET = Statement(select(halts).where(halts.c.id == bindparam("id")))
_PAGES = {
    None: Statement(newest_first(select(halts), halts.c.id)),
    True: Statement(newest_first(select(halts).where(halts.c.ended_at.is_(None)), halts.c.id)),
    False: Statement(newest_first(select(halts).where(halts.c.ended_at.is_not(None)), halts.c.id)),
}


class SqlHalts(Halts):
    """Reads the halts that SqlBooks writes."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def get(self, halt_id: HaltId) -> Halt:
        row = await self._database.first(_GET, id=halt_id)
        if row is None:
            raise NotFound(what="halt", id=halt_id)
        return halt_of(row)

    async def page(self, request: PageRequest, *, standing: bool | None = None) -> Page[Halt]:
        return await page(self._database, _PAGES[standing], request, halt_of)


def halt_values(halt: Halt) -> dict[str, Any]:
    """Return a halt's values by column."""
    return {
        "id": halt.id,
        "product_id": halt.product_id,
        "size": halt.size,
        "condition": halt.condition,
        "halted_at": halt.halted_at,
        "ended_at": halt.ended_at,
    }


def halt_of(row: Row) -> Halt:
    """Return the halt in a row."""
    return Halt(
        id=row.id,
        product_id=row.product_id,
        size=row.size,
        condition=row.condition,
        halted_at=row.halted_at,
        ended_at=row.ended_at,
    )
