"""What falls due, in memory."""

from collections.abc import Collection, Sequence
from datetime import datetime

from ...ports.language.deadlines import Deadline, DeadlineKind
from ...ports.language.ids import OrderId
from ...ports.outbox import Deadlines
from .database import MemoryAdapter


class MemoryDeadlines(MemoryAdapter, Deadlines):
    """Deadlines by order and kind."""

    async def set(self, deadline: Deadline) -> None:
        await self._database.writing()
        key = (deadline.order_id, deadline.kind)
        self._database.put(self._tables.deadlines, key, deadline)

    async def clear(self, order_id: OrderId, kinds: Collection[DeadlineKind]) -> None:
        await self._database.writing()
        for kind in kinds:
            if (order_id, kind) in self._tables.deadlines:
                self._database.remove(self._tables.deadlines, (order_id, kind))

    async def due(self, now: datetime, limit: int) -> Sequence[Deadline]:
        with await self._database.reading():
            passed = [d for d in self._tables.deadlines.values() if d.due_at <= now]
        passed.sort(key=lambda deadline: (deadline.due_at, deadline.order_id, deadline.kind))
        return passed[:limit]
