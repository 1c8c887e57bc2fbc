"""The destinations of orders, in memory."""

from collections.abc import Collection, Mapping, Sequence

from ...ports.language.ids import OrderId
from ...ports.language.users import PostalAddress
from ...ports.orders import Destinations
from .database import MemoryAdapter


class MemoryDestinations(MemoryAdapter, Destinations):
    """Addresses by order."""

    async def insert(self, order_id: OrderId, address: PostalAddress) -> None:
        """Store the address of a new order; MemoryBooks calls it."""
        await self._database.writing()
        self._database.put(self._tables.destinations, order_id, address)

    async def find(self, order_id: OrderId) -> PostalAddress | None:
        with await self._database.reading():
            return self._tables.destinations.get(order_id)

    async def of(self, order_ids: Collection[OrderId]) -> Mapping[OrderId, PostalAddress]:
        with await self._database.reading():
            kept = self._tables.destinations
            return {order_id: kept[order_id] for order_id in order_ids if order_id in kept}

    async def kept(self, after: OrderId | None, limit: int) -> Sequence[OrderId]:
        with await self._database.reading():
            kept = self._tables.destinations
            later = [order_id for order_id in kept if after is None or order_id > after]
        return sorted(later)[:limit]

    async def erase(self, order_id: OrderId) -> None:
        await self._database.writing()
        if order_id in self._tables.destinations:
            self._database.remove(self._tables.destinations, order_id)
