"""What waits in the store, in SQL."""

from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, literal_column, select

from ....ports.language.alarms import AlarmKind
from ....ports.language.messages import Queue
from ....ports.language.orders import OrderStatus, PaymentStatus
from ....ports.language.priority import Priority
from ....ports.language.waiting_work import QueueLength, WaitingInStore
from ....ports.waiting_work import WaitingWork
from ..engine.database import SqlDatabase
from ..engine.statement import Statement
from ..schema import alarms, deadlines, deliveries, orders, outbox, payments, turns
from ..schema.columns import is_word
from ..schema.messages import IN_LINE


def _count(rows: Select[Any]) -> Select[Any]:
    """Return the query that counts some rows, and reads no more of them than `most`."""
    return select(func.count().label("count")).select_from(
        rows.limit(bindparam("most")).subquery("first")
    )


_ONE: ColumnElement[int] = literal_column("1").label("one")
_UNSENT = Statement(_count(select(_ONE).select_from(outbox)))
_OLDEST_UNSENT = Statement(select(outbox.c.occurred_at).order_by(outbox.c.sequence).limit(1))
_LENGTH = Statement(
    _count(select(_ONE).where(~deliveries.c.dead, deliveries.c.queue == bindparam("queue")))
)
_OLDEST_IN_LINE = Statement(
    select(turns.c.due_at)
    .where(
        IN_LINE,
        turns.c.queue == bindparam("queue"),
        turns.c.priority == bindparam("priority"),
    )
    .order_by(turns.c.due_at, turns.c.place)
    .limit(1)
)
_DEAD = Statement(_count(select(_ONE).where(deliveries.c.dead)))
_UNPAID = Statement(
    select(orders.c.matched_at)
    .where(is_word(orders.c.status, OrderStatus.PENDING))
    .order_by(orders.c.id)  # ids rise with time
    .limit(1)
)
_UNCHARGED = Statement(
    select(payments.c.created_at)
    .where(is_word(payments.c.status, PaymentStatus.PENDING), payments.c.attempted_at.is_(None))
    .order_by(payments.c.created_at)
    .limit(1)
)
_DEADLINE = Statement(select(deadlines.c.due_at).order_by(deadlines.c.due_at).limit(1))
_open_kinds = (
    select(alarms.c.kind)
    .where(alarms.c.closed_at.is_(None))
    .limit(bindparam("most"))
    .subquery("first")
)
_ALARMS = Statement(
    select(_open_kinds.c.kind, func.count().label("count")).group_by(_open_kinds.c.kind)
)


class SqlWaitingWork(WaitingWork):
    """Reads the first rows of indexes, and counts no more than a limit."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def view(self, most: int) -> WaitingInStore:
        first = self._database.first
        unsent = await first(_OLDEST_UNSENT)
        unpaid = await first(_UNPAID)
        uncharged = await first(_UNCHARGED)
        deadline = await first(_DEADLINE)
        open_alarms = await self._database.rows(_ALARMS, most=most)
        return WaitingInStore(
            unsent=await self._count(_UNSENT, most),
            oldest_unsent=unsent and unsent.occurred_at,
            queues={queue: await self._length(queue, most) for queue in Queue},
            dead_letters=await self._count(_DEAD, most),
            oldest_unpaid=unpaid and unpaid.matched_at,
            oldest_uncharged=uncharged and uncharged.created_at,
            oldest_deadline=deadline and deadline.due_at,
            alarms={AlarmKind(row.kind): row.count for row in open_alarms},
        )

    async def _count(self, statement: Statement, most: int, **values: str) -> int:
        [row] = await self._database.rows(statement, most=most, **values)
        return int(row[0])

    async def _length(self, queue: Queue, most: int) -> QueueLength:
        length = await self._count(_LENGTH, most, queue=queue)
        if not length:
            return QueueLength(0, None)
        firsts = [
            await self._database.first(_OLDEST_IN_LINE, queue=queue, priority=priority)
            for priority in Priority
        ]
        oldest = min((row.due_at for row in firsts if row is not None), default=None)
        return QueueLength(length, oldest)
