"""Deadlines, in SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import bindparam, delete, select

from ....ports.language.deadlines import Deadline, DeadlineKind
from ....ports.language.ids import OrderId
from ....ports.language.traces import current_traceparent
from ....ports.outbox import Deadlines
from ..engine.constructs import insert_or_replace
from ..engine.database import SqlDatabase
from ..engine.statement import Statement
from ..schema import deadlines

SET = Statement(insert_or_replace(deadlines, deadlines.c.order_id, deadlines.c.kind))
_CLEAR = Statement(
    delete(deadlines).where(
        deadlines.c.order_id == bindparam("order_id"), deadlines.c.kind == bindparam("kind")
    )
)
_OF = Statement(select(deadlines).where(deadlines.c.order_id == bindparam("order_id")))
_RUNNING = Statement(
    select(deadlines).where(
        deadlines.c.kind == bindparam("kind"), deadlines.c.due_at > bindparam("after")
    )
)
_DUE = Statement(
    select(deadlines)
    .where(deadlines.c.due_at <= bindparam("now"))
    .order_by(deadlines.c.due_at, deadlines.c.order_id, deadlines.c.kind)
    .limit(bindparam("limit")),
    takes_free_of=deadlines,
)


class SqlDeadlines(Deadlines):
    """Deadlines by order and kind."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def set(self, deadline: Deadline) -> None:
        key = deadline.order_id, deadline.kind
        await self._database.write_later(SET, key, deadline_values(deadline))

    async def clear(self, order_id: OrderId, kinds: Collection[DeadlineKind]) -> None:
        for kind in kinds:
            row = {"order_id": order_id, "kind": kind}
            await self._database.write_later(_CLEAR, (order_id, kind), row)

    async def of(self, order_id: OrderId) -> Sequence[Deadline]:
        rows = await self._database.rows(_OF, order_id=order_id)
        return [Deadline(row.kind, row.order_id, row.due_at, row.trace) for row in rows]

    async def running(self, kinds: Collection[DeadlineKind], after: datetime) -> Sequence[Deadline]:
        of_each = [await self._database.rows(_RUNNING, kind=kind, after=after) for kind in kinds]
        rows = chain.from_iterable(of_each)
        return [Deadline(row.kind, row.order_id, row.due_at, row.trace) for row in rows]

    async def due(self, now: datetime, limit: int) -> Sequence[Deadline]:
        rows = await self._database.rows(_DUE, now=now, limit=limit)
        return [Deadline(row.kind, row.order_id, row.due_at, row.trace) for row in rows]


def deadline_values(deadline: Deadline, trace: str | None = None) -> dict[str, Any]:
    """Return a deadline's values by column, as set in a trace, by default the current one."""
    return {
        "order_id": deadline.order_id,
        "kind": deadline.kind,
        "due_at": deadline.due_at,
        "trace": current_traceparent() if trace is None else trace,
    }
