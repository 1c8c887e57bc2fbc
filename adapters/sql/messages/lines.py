"""Who stands in the lines of the queues, in SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select

from ....ports.clock import Clock
from ....ports.language.messages import Queue
from ....ports.language.priority import Priority
from ..engine.constructs import insert_or_skip
from ..engine.database import SqlDatabase
from ..engine.statement import Row, Statement
from ..schema import deliveries, turns

_LEAVE = delete(turns).where(
    turns.c.queue == bindparam("queue"),
    turns.c.priority == bindparam("priority"),
    turns.c.turn == bindparam("turn"),
)
_LEAVE_LINE = Statement(_LEAVE)
_LEAVE_LATER = Statement(_LEAVE.where(turns.c.due_at > bindparam("due_at")))
_JOIN = Statement(
    insert_or_skip(turns, turns.c.queue, turns.c.priority, turns.c.turn).values(
        queue=bindparam("queue"),
        priority=bindparam("priority"),
        turn=bindparam("turn"),
        due_at=bindparam("due_at"),
    )
)
_NEXT = Statement(
    select(deliveries.c.due_at)
    .where(
        ~deliveries.c.dead,
        deliveries.c.queue.is_not(None),
        deliveries.c.queue == bindparam("queue"),
        deliveries.c.priority == bindparam("priority"),
        deliveries.c.turn == bindparam("turn"),
    )
    .order_by(deliveries.c.due_at)
    .limit(1)
)
_waiting = deliveries.alias("waiting")
_first_of_turn = (
    select(_waiting.c.id)
    .where(
        ~_waiting.c.dead,
        _waiting.c.queue.is_not(None),
        _waiting.c.queue == turns.c.queue,
        _waiting.c.priority == turns.c.priority,
        _waiting.c.turn == turns.c.turn,
    )
    .order_by(_waiting.c.due_at, _waiting.c.id)
    .limit(1)
    .correlate(turns)
    .scalar_subquery()
)
_FIRST = Statement(
    select(deliveries)
    .select_from(turns.join(deliveries, deliveries.c.id == _first_of_turn))
    .where(
        turns.c.queue == bindparam("queue"),
        turns.c.priority == bindparam("priority"),
        turns.c.due_at <= bindparam("now"),
    )
    .order_by(turns.c.due_at, turns.c.place)
    .limit(bindparam("limit"))
)


class SqlLines:
    """The turns of each queue and priority, in the order in which they are to be taken.

    A turn is given as the values of the columns `queue`, `priority` and `turn`.
    """

    def __init__(self, database: SqlDatabase, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def join(self, turn: Mapping[str, Any], due_at: datetime) -> None:
        """Let a turn that has a new delivery join the line, if it does not stand in it already."""
        place_at = max(self._clock.now(), due_at)
        await self._database.execute(_LEAVE_LATER, **turn, due_at=place_at)
        await self._database.execute(_JOIN, **turn, due_at=place_at)

    async def go_to_the_end(self, turn: Mapping[str, Any]) -> None:
        """Send a turn that has a delivery less to the end of the line, or away if it has none."""
        await self._database.execute(_LEAVE_LINE, **turn)
        following = await self._database.first(_NEXT, **turn)
        if following is not None:
            place_at = max(self._clock.now(), following.due_at)
            await self._database.execute(_JOIN, **turn, due_at=place_at)

    async def first_in(self, queue: Queue, now: datetime, limit: int) -> Sequence[Row]:
        """Return the rows of the deliveries that are the first ones of the first turns."""
        first: list[Row] = []
        for priority in Priority:
            if len(first) < limit:
                first += await self._database.rows(
                    _FIRST, queue=queue, priority=priority, now=now, limit=limit - len(first)
                )
        return first

    async def first_of_each(self, queue: Queue, now: datetime) -> Sequence[Row]:
        """Return the rows of the deliveries that are the first ones of each priority."""
        return [
            row
            for priority in Priority
            for row in await self._database.rows(
                _FIRST, queue=queue, priority=priority, now=now, limit=1
            )
        ]
