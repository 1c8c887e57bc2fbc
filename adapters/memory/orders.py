"""Orders and their histories, in memory."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from ...ports.language.errors import NotFound, Outdated
from ...ports.language.ids import OrderId, UserId
from ...ports.language.invariants import ensure
from ...ports.language.market import Side
from ...ports.language.orders import Order, OrderStatus
from ...ports.language.paging import Page, PageRequest
from ...ports.language.steps import RecordedStep
from ...ports.orders import Orders
from .database import MemoryAdapter
from .paging import newest_first


class MemoryOrders(MemoryAdapter, Orders):
    """Orders by id, by their parties and by status."""

    async def insert(self, order: Order, history: tuple[RecordedStep, ...]) -> None:
        """Store a new order; MemoryBooks calls it because an order begins with its match."""
        await self._database.writing()
        assert order.id not in self._tables.orders, order
        _check_numbers(order, history, since=0)
        self._database.put(self._tables.orders, order.id, order)
        self._database.put(self._tables.histories, order.id, history)
        self._database.put(self._tables.orders_of_user[order.buyer_id], order.id, None)
        self._database.put(self._tables.orders_of_user[order.seller_id], order.id, None)
        self._put_by_status(order)

    async def get(self, order_id: OrderId) -> Order:
        with await self._database.reading():
            order = self._tables.orders.get(order_id)
        if order is None:
            raise NotFound(what="order", id=order_id)
        return order

    async def lock(self, order_ids: Collection[OrderId]) -> Mapping[OrderId, Order]:
        await self._database.writing()
        return {order_id: await self.get(order_id) for order_id in order_ids}

    async def look_up(self, order_ids: Collection[OrderId]) -> Mapping[OrderId, Order]:
        return {order_id: await self.get(order_id) for order_id in order_ids}

    async def save(
        self, order: Order, steps: Sequence[RecordedStep], *, before: Order | None = None
    ) -> None:
        await self._database.writing()
        stored = await self.get(order.id)
        if stored.version != order.version - len(steps):
            raise Outdated(what="order", id=order.id)
        _check_numbers(order, steps, since=stored.version)
        history = self._tables.histories[order.id] + tuple(steps)
        self._database.put(self._tables.orders, order.id, order)
        self._database.put(self._tables.histories, order.id, history)
        if order.freezes:
            self._database.put(self._tables.frozen_orders, order.id, None)
        elif stored.freezes:
            self._database.remove(self._tables.frozen_orders, order.id)
        if order.status is not stored.status:
            self._remove_by_status(stored)
            self._put_by_status(order)

    def _put_by_status(self, order: Order) -> None:
        self._database.put(self._tables.orders_by_status[order.status], order.id, None)
        if order.status is OrderStatus.PENDING:
            self._database.put(self._tables.pending_of_buyer[order.buyer_id], order.id, None)

    def _remove_by_status(self, order: Order) -> None:
        self._database.remove(self._tables.orders_by_status[order.status], order.id)
        if order.status is OrderStatus.PENDING:
            self._database.remove(self._tables.pending_of_buyer[order.buyer_id], order.id)

    async def history(self, order_id: OrderId) -> Sequence[RecordedStep]:
        with await self._database.reading():
            history = self._tables.histories.get(order_id)
        if history is None:
            raise NotFound(what="order", id=order_id)
        return history

    async def histories(
        self, order_ids: Collection[OrderId]
    ) -> Mapping[OrderId, Sequence[RecordedStep]]:
        return {order_id: await self.history(order_id) for order_id in order_ids}

    async def of_user(
        self,
        user_id: UserId,
        request: PageRequest,
        side: Side | None = None,
        status: OrderStatus | None = None,
    ) -> Page[Order]:
        def matches(order: Order) -> bool:
            if status is not None and order.status is not status:
                return False
            party = order.buyer_id if side is Side.BID else order.seller_id
            return side is None or party == user_id

        with await self._database.reading():
            ids = self._tables.orders_of_user.get(user_id, ())
            return newest_first(ids, self._tables.orders, request, matches)

    async def all(self, request: PageRequest, status: OrderStatus | None = None) -> Page[Order]:
        with await self._database.reading():
            orders = self._tables.orders
            ids = orders if status is None else self._tables.orders_by_status.get(status, ())
            return newest_first(ids, orders, request)

    async def frozen(self, request: PageRequest) -> Page[Order]:
        with await self._database.reading():
            tables = self._tables
            return newest_first(
                tables.frozen_orders, tables.orders, request, lambda order: order.waits_for_release
            )

    async def held_since(self, instant: datetime) -> Sequence[Order]:
        with await self._database.reading():
            held = [(o, o.held_since) for o in self._tables.orders.values()]
            return [order for order, since in held if since is not None and since > instant]

    async def count_by_status(self) -> dict[OrderStatus, int]:
        with await self._database.reading():
            by_status = self._tables.orders_by_status
            return {status: len(orders) for status, orders in by_status.items() if orders}


def _check_numbers(order: Order, steps: Sequence[RecordedStep], *, since: int) -> None:
    numbers = [step.number for step in steps]
    ensure(numbers == list(range(since + 1, order.version + 1)), (order, numbers))
    ensure(all(step.order_id == order.id for step in steps), (order, steps))
