"""Units of stock and their reservations, in SQL."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import Integer, bindparam, func, literal_column, select, union_all, update

from ....ports.language.catalog import Reservation, ReservationStatus, StockLevel
from ....ports.language.errors import AlreadyReserved
from ....ports.language.ids import OrderId, ProductId
from ....ports.language.market import QuoteStatus, Size
from ....ports.stock import Stock
from ..bidding.book_columns import book_of, book_values
from ..engine.constructs import insert_or_skip
from ..engine.database import SqlDatabase
from ..engine.statement import Row, Statement
from ..schema import asks, reservations
from ..schema.columns import is_word

_is_reserved = is_word(reservations.c.status, ReservationStatus.RESERVED)
_none = literal_column("0", Integer)
_LEVELS = Statement(
    union_all(
        select(asks.c.size, func.count().label("available"), _none.label("reserved"))
        .where(
            asks.c.product_id == bindparam("product_id"), is_word(asks.c.status, QuoteStatus.ACTIVE)
        )
        .group_by(asks.c.size),
        select(reservations.c.size, _none, func.count())
        .where(reservations.c.product_id == bindparam("product_id"), _is_reserved)
        .group_by(reservations.c.size),
    )
)
_RESERVE = Statement(  # keeps one for the same order, or of the same ask
    insert_or_skip(reservations).returning(*reservations.c)
)
_FIND = Statement(select(reservations).where(reservations.c.order_id == bindparam("order_id")))
_SETTLE = Statement(
    update(reservations)
    .where(reservations.c.order_id == bindparam("order_id"), _is_reserved)
    .values(status=bindparam("status"))
)


class SqlStock(Stock):
    """Reservations by order. A unique index prevents two reservations of one unit."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def levels(self, product_id: ProductId) -> Sequence[StockLevel]:
        available: dict[Size, int] = {}
        reserved: dict[Size, int] = {}
        for row in await self._database.rows(_LEVELS, product_id=product_id):
            available[row.size] = available.get(row.size, 0) + row.available
            reserved[row.size] = reserved.get(row.size, 0) + row.reserved
        return [StockLevel(size, available[size], reserved[size]) for size in sorted(available)]

    async def reserve(self, reservation: Reservation) -> Reservation:
        made = await self.reserve_all(reservation)
        if not made:
            raise AlreadyReserved(ask_id=reservation.ask_id)
        return made[reservation.order_id]

    async def reserve_all(self, *reservations: Reservation) -> Mapping[OrderId, Reservation]:
        # In one sequence everywhere, or two transactions for the same orders could deadlock.
        wanted = sorted(reservations, key=attrgetter("order_id"))
        added = await self._database.rows_of_many(_RESERVE, map(_values, wanted))
        made = {row.order_id: reservation_of(row) for row in added}
        for reservation in wanted:
            if reservation.order_id not in made:
                known = await self.find(reservation.order_id)
                if known is not None:
                    made[known.order_id] = known
        return made

    async def find(self, order_id: OrderId) -> Reservation | None:
        row = await self._database.first(_FIND, order_id=order_id)
        return None if row is None else reservation_of(row)

    async def settle(self, order_id: OrderId, status: ReservationStatus) -> None:
        await self._database.execute(_SETTLE, order_id=order_id, status=status)


def _values(reservation: Reservation) -> dict[str, Any]:
    return {
        "order_id": reservation.order_id,
        "ask_id": reservation.ask_id,
        **book_values(reservation.book),
        "status": reservation.status,
        "reserved_at": reservation.reserved_at,
    }


def reservation_of(row: Row) -> Reservation:
    """Return the reservation in a row."""
    return Reservation(row.order_id, row.ask_id, book_of(row), row.status, row.reserved_at)
