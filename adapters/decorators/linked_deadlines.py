"""Deadlines that link what meets them to what set them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from ...ports.language.deadlines import Deadline, DeadlineKind
from ...ports.language.ids import OrderId
from ...ports.language.traces import parsed_trace
from ...ports.language.tracing import is_recorded, span
from ...ports.outbox import Deadlines


class LinkedDeadlines(Deadlines):
    """Tells the trace of each step of an order which traces set the order's deadlines.

    An order always has a deadline until it is over. So its traces are one chain, whatever lies
    between two steps. What is not recorded reads nothing.
    """

    def __init__(self, deadlines: Deadlines) -> None:
        self._deadlines = deadlines

    async def set(self, deadline: Deadline) -> None:
        await self._deadlines.set(deadline)

    async def clear(self, order_id: OrderId, kinds: Collection[DeadlineKind]) -> None:
        if is_recorded():
            with span("deadlines met") as seen:
                seen.tell(order_id=str(order_id))
                for deadline in await self._deadlines.of(order_id):
                    if (cause := parsed_trace(deadline.trace)) is not None:
                        seen.link(cause)
        await self._deadlines.clear(order_id, kinds)

    async def of(self, order_id: OrderId) -> Sequence[Deadline]:
        return await self._deadlines.of(order_id)

    async def running(self, kinds: Collection[DeadlineKind], after: datetime) -> Sequence[Deadline]:
        return await self._deadlines.running(kinds, after)

    async def due(self, now: datetime, limit: int) -> Sequence[Deadline]:
        return await self._deadlines.due(now, limit)
