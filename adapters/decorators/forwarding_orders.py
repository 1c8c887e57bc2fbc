"""Orders that pass every call on. Decorators change what they are about."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from ...ports.language.ids import OrderId, UserId
from ...ports.language.market import Side
from ...ports.language.orders import Order, OrderStatus
from ...ports.language.paging import Page, PageRequest
from ...ports.language.steps import RecordedStep
from ...ports.orders import Orders


class ForwardingOrders(Orders):
    """Passes every call on to other orders."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    async def save(
        self, order: Order, steps: Sequence[RecordedStep], *, before: Order | None = None
    ) -> None:
        await self._orders.save(order, steps, before=before)

    async def get(self, order_id: OrderId) -> Order:
        return await self._orders.get(order_id)

    async def lock(self, order_ids: Collection[OrderId]) -> Mapping[OrderId, Order]:
        return await self._orders.lock(order_ids)

    async def look_up(self, order_ids: Collection[OrderId]) -> Mapping[OrderId, Order]:
        return await self._orders.look_up(order_ids)

    async def history(self, order_id: OrderId) -> Sequence[RecordedStep]:
        return await self._orders.history(order_id)

    async def histories(
        self, order_ids: Collection[OrderId]
    ) -> Mapping[OrderId, Sequence[RecordedStep]]:
        return await self._orders.histories(order_ids)

    async def of_user(
        self,
        user_id: UserId,
        request: PageRequest,
        side: Side | None = None,
        status: OrderStatus | None = None,
    ) -> Page[Order]:
        return await self._orders.of_user(user_id, request, side, status)

    async def all(self, request: PageRequest, status: OrderStatus | None = None) -> Page[Order]:
        return await self._orders.all(request, status)

    async def frozen(self, request: PageRequest) -> Page[Order]:
        return await self._orders.frozen(request)

    async def held_since(self, instant: datetime) -> Sequence[Order]:
        return await self._orders.held_since(instant)

    async def count_by_status(self) -> dict[OrderStatus, int]:
        return await self._orders.count_by_status()
