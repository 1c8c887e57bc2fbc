"""Orders and their histories, in SQL."""

from collections.abc import Collection, Container, Mapping, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import bindparam, func, select, text, union_all, update

from ....ports.language.errors import NotFound, Outdated
from ....ports.language.ids import OrderId, UserId
from ....ports.language.invariants import ensure
from ....ports.language.market import Side
from ....ports.language.orders import Order, OrderStatus, PayoutStatus
from ....ports.language.paging import Page, PageRequest
from ....ports.language.steps import RecordedStep
from ....ports.orders import Orders
from ..engine.constructs import one_of
from ..engine.database import SqlDatabase
from ..engine.paging import newest_first, page
from ..engine.statement import Statement, update_row
from ..schema import order_steps, orders
from ..schema.columns import is_word
from .order_rows import ADD_STEP, order_of, order_values, step_of, step_values

_GET = Statement(select(orders).where(orders.c.id == bindparam("id")), locks=True)
_LOCK = Statement(
    select(orders).where(one_of(orders.c.id, "ids")).order_by(orders.c.id), locks=True
)
_LOOK_UP = Statement(select(orders).where(one_of(orders.c.id, "ids")))
_FIXED = (
    "bid_id",
    "ask_id",
    "buyer_id",
    "seller_id",
    "product_id",
    "size",
    "condition",
    "price",
    "seller_level",
    "transaction_fee",
    "processing_fee",
    "shipping_fee",
    "matched_at",
)
"""The columns that never change after an order is opened."""
_SAVE = Statement(update_row(orders, fixed=_FIXED).where(orders.c.version == bindparam("expected")))


@cache
def _save_only(columns: frozenset[str]) -> Statement:
    """Return the UPDATE of a step that changes these columns.

    SQLite writes the indexes of all columns in an UPDATE, also of those that stay the same.
    """
    row = update(orders).where(
        orders.c.id == bindparam("id"), orders.c.version == bindparam("expected")
    )
    return Statement(row.values({orders.c[name]: bindparam(name) for name in sorted(columns)}))


_HISTORY = Statement(
    select(order_steps)
    .where(order_steps.c.order_id == bindparam("order_id"))
    .order_by(order_steps.c.number)
)
_HISTORIES = Statement(
    select(order_steps)
    .where(one_of(order_steps.c.order_id, "ids"))
    .order_by(order_steps.c.order_id, order_steps.c.number)
)
_HELD = Statement(select(orders).where(orders.c.held_since > bindparam("instant")))
_COUNT = Statement(select(orders.c.status, func.count().label("orders")).group_by(orders.c.status))


def _page(side: Side | None, *, of_user: bool, by_status: bool) -> Statement:
    """Return the query for a page of a user's orders, on one or both sides, or of all orders."""
    parties = {Side.BID: orders.c.buyer_id, Side.ASK: orders.c.seller_id}
    query = select(orders)
    if by_status:
        query = query.where(orders.c.status == bindparam("status"))
    if not of_user:
        return Statement(newest_first(query, orders.c.id))
    # Each side uses its own index. No user is on both sides of an order, so rows are unique.
    sides = [
        newest_first(query.where(party == bindparam("user_id")), orders.c.id)
        for party_side, party in parties.items()
        if side in (None, party_side)
    ]
    if len(sides) == 1:
        return Statement(sides[0])
    either = union_all(*(select(one.subquery()) for one in sides)).subquery()
    return Statement(select(either).order_by(either.c.id.desc()).limit(bindparam("limit")))


_OF_USER = {
    (side, by_status): _page(side, of_user=True, by_status=by_status)
    for side in (None, *Side)
    for by_status in (False, True)
}
_status, _payout = orders.c.status, orders.c.payout_status
_FROZEN = Statement(
    newest_first(
        select(orders).where(
            text("freezes <> '[]'"),  # the exact condition of the partial index
            is_word(_payout, PayoutStatus.HELD)
            | is_word(_payout, PayoutStatus.FAILED)
            | (
                is_word(_payout, PayoutStatus.NONE)
                & ~is_word(_status, OrderStatus.CANCELLED)
                & ~is_word(_status, OrderStatus.AUTH_FAILED)
            ),
        ),
        orders.c.id,
    )
)
_ALL = {by_status: _page(None, of_user=False, by_status=by_status) for by_status in (False, True)}


class SqlOrders(Orders):
    """Stores a row for each order, and a row for each step of its history."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def get(self, order_id: OrderId) -> Order:
        row = await self._database.first(_GET, order_id, id=order_id)
        if row is None:
            raise NotFound(what="order", id=order_id)
        return order_of(row)

    async def lock(self, order_ids: Collection[OrderId]) -> Mapping[OrderId, Order]:
        if len(order_ids) == 1:  # what waits to be written of other orders may go on waiting
            return {order_id: await self.get(order_id) for order_id in order_ids}
        return await self._several(_LOCK, order_ids)

    async def look_up(self, order_ids: Collection[OrderId]) -> Mapping[OrderId, Order]:
        return await self._several(_LOOK_UP, order_ids)

    async def _several(
        self, statement: Statement, order_ids: Collection[OrderId]
    ) -> Mapping[OrderId, Order]:
        rows = await self._database.rows(statement, ids=order_ids)
        found = {row.id: order_of(row) for row in rows}
        _check_found(order_ids, found)
        return found

    async def save(
        self, order: Order, steps: Sequence[RecordedStep], *, before: Order | None = None
    ) -> None:
        expected = order.version - len(steps)
        numbers = [step.number for step in steps if step.order_id == order.id]
        ensure(numbers == list(range(expected + 1, order.version + 1)), (order, numbers))
        values = {**order_values(order), "expected": expected}
        if before is not None and before.version == expected < order.version:
            earlier = order_values(before)
            changed = frozenset(name for name in earlier if values[name] != earlier[name])
            statement = _save_only(changed)
            await self._database.write_later(statement, order.id, values, must_change=True)
        elif not await self._database.execute(_SAVE, **values):
            await self.get(order.id)
            raise Outdated(what="order", id=order.id)
        self._database.execute_later(ADD_STEP, map(step_values, steps))

    async def history(self, order_id: OrderId) -> Sequence[RecordedStep]:
        rows = await self._database.rows(_HISTORY, order_id=order_id)
        if not rows:
            raise NotFound(what="order", id=order_id)
        return [step_of(row) for row in rows]

    async def histories(
        self, order_ids: Collection[OrderId]
    ) -> Mapping[OrderId, Sequence[RecordedStep]]:
        found: dict[OrderId, list[RecordedStep]] = {}
        for row in await self._database.rows(_HISTORIES, ids=order_ids):
            found.setdefault(row.order_id, []).append(step_of(row))
        _check_found(order_ids, found)
        return found

    async def of_user(
        self,
        user_id: UserId,
        request: PageRequest,
        side: Side | None = None,
        status: OrderStatus | None = None,
    ) -> Page[Order]:
        statement = _OF_USER[side, status is not None]
        return await page(
            self._database, statement, request, order_of, user_id=user_id, status=status
        )

    async def all(self, request: PageRequest, status: OrderStatus | None = None) -> Page[Order]:
        return await page(
            self._database, _ALL[status is not None], request, order_of, status=status
        )

    async def frozen(self, request: PageRequest) -> Page[Order]:
        return await page(self._database, _FROZEN, request, order_of)

    async def held_since(self, instant: datetime) -> Sequence[Order]:
        return [order_of(row) for row in await self._database.rows(_HELD, instant=instant)]

    async def count_by_status(self) -> dict[OrderStatus, int]:
        return {row.status: row.orders for row in await self._database.rows(_COUNT)}


def _check_found(order_ids: Collection[OrderId], found: Container[OrderId]) -> None:
    for order_id in order_ids:
        if order_id not in found:
            raise NotFound(what="order", id=order_id)
