"""Streams changes of orders within one process."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ...ports.language.ids import OrderId, UserId
from ...ports.language.streams import FellBehind
from ...ports.order_stream import OrderReader, OrderStream


class MemoryOrderStream(OrderStream):
    """The readers of each listening user."""

    def __init__(self, *, queue: int) -> None:
        """Queue up to `queue` orders for each reader. Raises ValueError."""
        if queue < 1:
            raise ValueError(f"queue must be positive, not {queue}")
        self._queue = queue
        self._readers: defaultdict[UserId, set[MemoryOrderReader]] = defaultdict(set)

    def tell(self, order_id: OrderId, *parties: UserId) -> None:
        for user_id in parties:
            for reader in self._readers.get(user_id, ()):
                reader.tell(order_id)

    def interrupt(self) -> None:
        """Let all readers fall behind, because changes may be lost."""
        for readers in self._readers.values():
            for reader in readers:
                reader.fall_behind()

    @asynccontextmanager
    async def follow(self, user_id: UserId) -> AsyncIterator[OrderReader]:
        reader = MemoryOrderReader(self._queue)
        self._readers[user_id].add(reader)
        try:
            yield reader
        finally:
            self._readers[user_id].remove(reader)
            if not self._readers[user_id]:
                del self._readers[user_id]


class MemoryOrderReader(OrderReader):
    """The changed orders without duplicates, in the sequence of their first change."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._waiting: dict[OrderId, None] = {}
        self._news = asyncio.Event()
        self._fell_behind = False

    async def next(self) -> OrderId:
        while not self._waiting:
            if self._fell_behind:
                raise FellBehind
            self._news.clear()
            await self._news.wait()
        order_id = next(iter(self._waiting))
        del self._waiting[order_id]
        return order_id

    def tell(self, order_id: OrderId) -> None:
        """Queue an order. If the queue is full, end the stream instead."""
        if order_id not in self._waiting and len(self._waiting) >= self._limit:
            self.fall_behind()
        elif not self._fell_behind:
            self._waiting[order_id] = None
        self._news.set()

    def fall_behind(self) -> None:
        """End the stream."""
        self._fell_behind = True
        self._waiting.clear()
        self._news.set()
