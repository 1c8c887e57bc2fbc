"""Deadlines, in memory."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from ...ports.language.deadlines import Deadline, DeadlineKind
from ...ports.language.ids import OrderId
from ...ports.language.traces import current_traceparent
from ...ports.outbox import Deadlines
from .database import MemoryAdapter
from .tables import day_of, drop_if_empty, until


class MemoryDeadlines(MemoryAdapter, Deadlines):
    """Deadlines by order and kind."""

    async def set(self, deadline: Deadline) -> None:
        await self._database.writing()
        deadline = replace(deadline, trace=deadline.trace or current_traceparent())
        self._forget(deadline.order_id, deadline.kind)
        key = (deadline.order_id, deadline.kind)
        on_day = self._tables.deadlines_on_day[day_of(deadline.due_at)]
        self._database.put(self._tables.deadlines, key, deadline)
        self._database.put(on_day, key, deadline)

    async def clear(self, order_id: OrderId, kinds: Collection[DeadlineKind]) -> None:
        await self._database.writing()
        for kind in kinds:
            self._forget(order_id, kind)

    async def of(self, order_id: OrderId) -> Sequence[Deadline]:
        with await self._database.reading():
            found = (self._tables.deadlines.get((order_id, kind)) for kind in DeadlineKind)
            return [deadline for deadline in found if deadline is not None]

    async def running(self, kinds: Collection[DeadlineKind], after: datetime) -> Sequence[Deadline]:
        with await self._database.reading():
            deadlines = self._tables.deadlines.values()
            return [one for one in deadlines if one.kind in kinds and one.due_at > after]

    async def due(self, now: datetime, limit: int) -> Sequence[Deadline]:
        with await self._database.reading():
            deadlines = until(now, self._tables.deadlines_on_day)
            passed = [deadline for deadline in deadlines if deadline.due_at <= now]
        passed.sort(key=lambda deadline: (deadline.due_at, deadline.order_id, deadline.kind))
        return passed[:limit]

    def _forget(self, order_id: OrderId, kind: DeadlineKind) -> None:
        deadline = self._tables.deadlines.get((order_id, kind))
        if deadline is not None:
            by_day, day = self._tables.deadlines_on_day, day_of(deadline.due_at)
            self._database.remove(by_day[day], (order_id, kind))
            self._database.remove(self._tables.deadlines, (order_id, kind))
            self._database.announce(partial(drop_if_empty, by_day, day))
