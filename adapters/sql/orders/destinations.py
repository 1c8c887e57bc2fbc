"""The destinations of orders, in SQL."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, select

from ....ports.language.ids import OrderId
from ....ports.language.users import PostalAddress
from ....ports.orders import Destinations
from ..engine.constructs import one_of
from ..engine.database import SqlDatabase
from ..engine.payloads import decode, encode
from ..engine.statement import Statement, insert_row
from ..schema import destinations

_BEFORE_ALL = UUID(int=0)

ADD_DESTINATION = Statement(insert_row(destinations))
_FIND = Statement(select(destinations).where(destinations.c.order_id == bindparam("order_id")))
_OF = Statement(select(destinations).where(one_of(destinations.c.order_id, "ids")))
_KEPT = Statement(
    select(destinations.c.order_id)
    .where(destinations.c.order_id > bindparam("after"))
    .order_by(destinations.c.order_id)
    .limit(bindparam("limit"))
)
_ERASE = Statement(delete(destinations).where(destinations.c.order_id == bindparam("order_id")))


def destination_values(order_id: OrderId, address: PostalAddress) -> dict[str, Any]:
    """Return a destination's values by column."""
    return {"order_id": order_id, "address": encode(address)}


class SqlDestinations(Destinations):
    """Stores a JSON text for each order, because no query filters by its fields."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def find(self, order_id: OrderId) -> PostalAddress | None:
        row = await self._database.first(_FIND, order_id=order_id)
        return None if row is None else decode(row.address, PostalAddress)

    async def of(self, order_ids: Collection[OrderId]) -> Mapping[OrderId, PostalAddress]:
        rows = await self._database.rows(_OF, ids=order_ids)
        return {row.order_id: decode(row.address, PostalAddress) for row in rows}

    async def kept(self, after: OrderId | None, limit: int) -> Sequence[OrderId]:
        rows = await self._database.rows(_KEPT, after=after or _BEFORE_ALL, limit=limit)
        return [row.order_id for row in rows]

    async def erase(self, order_id: OrderId) -> None:
        await self._database.execute(_ERASE, order_id=order_id)
