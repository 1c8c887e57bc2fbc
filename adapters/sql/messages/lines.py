"""The lines of the queues, in SQL."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Select, bindparam, case, delete, func, insert, select

from ....ports.clock import Clock
from ....ports.language.messages import Queue
from ....ports.language.priority import Priority
from ..engine.constructs import insert_or_replace, one_of
from ..engine.database import SqlDatabase
from ..engine.statement import Row, Statement
from ..schema import deliveries, turns
from ..schema.messages import IN_LINE

_LEAVE_LINE = Statement(
    delete(turns).where(
        turns.c.queue == bindparam("queue"),
        turns.c.priority == bindparam("priority"),
        one_of(turns.c.turn, "turns"),
    )
)
JOIN = Statement(
    insert_or_replace(
        turns,
        *(turns.c.queue, turns.c.priority, turns.c.turn),
        only_if=lambda old, new: old.due_at > new.due_at,
    ).values(
        queue=bindparam("queue"),
        priority=bindparam("priority"),
        turn=bindparam("turn"),
        due_at=bindparam("due_at"),
    )
)
"""Replaces a turn that is in the line for a later instant, also its place."""
_next_due_at = func.min(deliveries.c.due_at)
_now = bindparam("now", type_=turns.c.due_at.type, required=True)
_JOIN_WITH_NEXT = Statement(
    insert(turns).from_select(
        ["queue", "priority", "turn", "due_at"],
        select(
            deliveries.c.queue,
            deliveries.c.priority,
            deliveries.c.turn,
            case((_next_due_at > _now, _next_due_at), else_=_now),
        )
        .where(
            ~deliveries.c.dead,
            deliveries.c.queue == bindparam("queue"),
            deliveries.c.priority == bindparam("priority"),
            one_of(deliveries.c.turn, "turns"),
        )
        .group_by(deliveries.c.queue, deliveries.c.priority, deliveries.c.turn)
        .order_by(_next_due_at, deliveries.c.turn),
    )
)
_waiting = deliveries.alias("waiting")
_first_of_turn = (
    select(_waiting.c.id)
    .where(
        ~_waiting.c.dead,
        _waiting.c.queue == turns.c.queue,
        _waiting.c.priority == turns.c.priority,
        _waiting.c.turn == turns.c.turn,
    )
    .order_by(_waiting.c.due_at, _waiting.c.id)
    .limit(1)
    .correlate(turns)
    .scalar_subquery()
)
_due = (
    select(turns.c.due_at, turns.c.place, _first_of_turn.label("id"))
    .where(
        IN_LINE,
        turns.c.queue == bindparam("queue"),
        turns.c.priority == bindparam("priority"),
        turns.c.due_at <= bindparam("now"),
    )
    .order_by(turns.c.due_at, turns.c.place)
)
_claimed = deliveries.alias("claimed")
# Not EXISTS, which PostgreSQL may turn into a join that reads all deliveries.
_claimed_by_other = (
    select(_claimed.c.claimed_by)
    .where(
        _claimed.c.queue == turns.c.queue,
        _claimed.c.turn == turns.c.turn,
        _claimed.c.claimed_until > bindparam("at"),
        _claimed.c.claimed_until < bindparam("longest"),
        _claimed.c.claimed_by != bindparam("holder"),
    )
    .limit(1)
    .correlate(turns)
    .scalar_subquery()
)
_due_and_free = _due.where(~one_of(turns.c.turn, "but"), _claimed_by_other.is_(None))


def _deliveries_of(due: Select[Any]) -> Select[Any]:
    """Return a query for the first delivery of each turn.

    The limit within makes PostgreSQL read the turns in their sequence and only as many as it needs,
    whatever it believes of the size of the table.
    """
    first = due.limit(bindparam("looks_at")).subquery("first")
    return (
        select(deliveries)
        .select_from(first.join(deliveries, deliveries.c.id == first.c.id))
        .order_by(first.c.due_at, first.c.place)
        .limit(bindparam("limit"))
    )


_LOCKED_BY_OTHERS = {"sqlite": 0, "postgresql": 1_000}
"""How many more turns to look at, because other transactions may have locked their deliveries."""

_FIRST = Statement(_deliveries_of(_due))
_FIRST_FREE = Statement(_deliveries_of(_due_and_free), takes_free_of=deliveries)

_Turn: TypeAlias = tuple[Any, ...]
"""The values of the columns `queue`, `priority` and `turn`."""


class SqlLines:
    """The turns of each queue and priority, in the sequence in which they are taken.

    A turn is given as the values of the columns `queue`, `priority` and `turn`.
    """

    def __init__(self, database: SqlDatabase, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def joining(
        self, joining: Iterable[tuple[Mapping[str, Any], datetime]]
    ) -> Sequence[Mapping[str, Any]]:
        """Lock turns with a new delivery, due at an instant, and return their rows for `JOIN`.

        They join the end of the line. A turn that is already in the line for the same or an earlier
        instant keeps its place.
        """
        now = self._clock.now()
        places: dict[_Turn, Mapping[str, Any]] = {}
        for turn, due_at in joining:
            key, at = tuple(turn.values()), max(now, due_at)
            if key not in places or at < places[key]["due_at"]:
                places[key] = {**turn, "due_at": at}
        await self._lock(places)
        return [*places.values()]

    async def go_to_the_end(self, turns: Iterable[Mapping[str, Any]]) -> None:
        """Move turns from which a delivery was removed to the end of the line.

        Turns without further deliveries leave the line. `turns` may contain duplicates.
        """
        left = dict.fromkeys(tuple(turn.values()) for turn in turns)
        await self._lock(left)
        of_line: defaultdict[tuple[Queue, Priority], list[str]] = defaultdict(list)
        for queue, priority, turn in left:
            of_line[queue, priority].append(turn)
        for (queue, priority), names in of_line.items():
            line = {"queue": queue, "priority": priority, "turns": names}
            await self._database.execute(_LEAVE_LINE, **line)
            await self._database.execute(_JOIN_WITH_NEXT, **line, now=self._clock.now())

    async def _lock(self, turns: Iterable[_Turn]) -> None:
        """Lock turns, so that none leaves the line while a delivery of it is added."""
        await self._database.lock(*(f"turn {' '.join(map(str, turn))}" for turn in turns))

    async def first_in(self, queue: Queue, now: datetime, limit: int) -> Sequence[Row]:
        """Return the rows of the first delivery of each of the first turns."""
        first: list[Row] = []
        for priority in Priority:
            if len(first) < limit:
                asked = {"queue": queue, "priority": priority, "now": now}
                more = limit - len(first)
                first += await self._database.rows(_FIRST, **asked, limit=more, looks_at=more)
        return first

    async def first_free(self, free: "Free", limit: int) -> Sequence[Row]:
        """Return and lock the rows of the first free deliveries.

        Rows that another transaction has locked are omitted.
        """
        first: list[Row] = []
        for priority in Priority:
            if len(first) < limit:
                first += await self._free(free, priority, limit - len(first))
        return first

    async def first_free_of_each(self, free: "Free") -> Sequence[Row]:
        """Return and lock the row of the first free delivery of each priority."""
        return [row for priority in Priority for row in await self._free(free, priority, 1)]

    async def _free(self, free: "Free", priority: Priority, limit: int) -> Sequence[Row]:
        looks_at = limit + _LOCKED_BY_OTHERS[self._database.dialect.name]
        asked = {**free._asdict(), "priority": priority}
        return await self._database.rows(_FIRST_FREE, **asked, limit=limit, looks_at=looks_at)


class Free(NamedTuple):
    """What a holder can claim: the due deliveries that no other holder claims."""

    queue: Queue
    now: datetime
    holder: str
    at: datetime
    """The time by which claims end."""
    longest: datetime
    """No claim ends later, unless the clock was set back: then it is none any more."""
    but: Collection[str]
    """Turns that are omitted."""
