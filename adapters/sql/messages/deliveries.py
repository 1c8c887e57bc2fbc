"""Deliveries, in SQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select

from ....ports.clock import Clock
from ....ports.event_bus import Deliveries
from ....ports.language.messages import Claim, Delivery, Queue
from ....ports.language.priority import Priority
from ..engine.constructs import insert_or_replace, insert_or_skip, one_of
from ..engine.database import SqlDatabase
from ..engine.statement import Row, Statement
from ..schema import deliveries
from .claims import SqlClaims
from .lines import JOIN, SqlLines
from .messages import message_of, message_values

_PUT = Statement(insert_or_replace(deliveries, *deliveries.primary_key))
_ADD = Statement(insert_or_skip(deliveries, *deliveries.primary_key))
_BY_KEY = (
    deliveries.c.message_id == bindparam("message_id"),
    deliveries.c.consumer == bindparam("consumer"),
)
_REMOVE = Statement(delete(deliveries).where(one_of(deliveries.c.id, "ids")))
_TURN = Statement(
    select(deliveries.c.queue, deliveries.c.priority, deliveries.c.turn, deliveries.c.dead).where(
        *_BY_KEY
    )
)
_OLDEST = Statement(
    select(deliveries.c.occurred_at)
    .where(~deliveries.c.dead)
    .order_by(deliveries.c.occurred_at)
    .limit(1)
)


class SqlDeliveries(Deliveries):
    """Deliveries by message and consumer. Dead letters are in the same table."""

    def __init__(
        self, database: SqlDatabase, *, clock: Clock, claim_clock: Clock | None = None
    ) -> None:
        """Create the port. Claims end by `claim_clock`, or by PostgreSQL's own time."""
        self._database = database
        self._lines = SqlLines(database, clock=clock)
        self._claims = SqlClaims(database, self._lines, clock=claim_clock)

    async def put(self, delivery: Delivery) -> None:
        before = await self._database.first(_TURN, **_key_of(delivery))
        await self._database.execute(_PUT, **values_of(delivery))
        if before is not None and not before.dead:
            left = {"queue": before.queue, "priority": before.priority, "turn": before.turn}
            await self._lines.go_to_the_end([left])
        await self._database.execute_together({JOIN: await self._joining([delivery])})

    async def add(self, deliveries: Sequence[Delivery]) -> None:
        rows = [values_of(delivery) for delivery in deliveries]
        await self._database.execute_together({_ADD: rows, JOIN: await self._joining(deliveries)})

    async def remove(self, deliveries: Sequence[Delivery]) -> None:
        if deliveries:
            await self._database.execute(_REMOVE, ids=[delivery.id for delivery in deliveries])
        await self._lines.go_to_the_end(turn_of(d) for d in deliveries if not d.dead)

    async def _joining(self, deliveries: Sequence[Delivery]) -> Sequence[Mapping[str, Any]]:
        """Lock the turns of new deliveries, and return the rows with which they join the line."""
        return await self._lines.joining((turn_of(d), d.due_at) for d in deliveries if not d.dead)

    async def first_in(self, queue: Queue, now: datetime, limit: int) -> Sequence[Delivery]:
        return [delivery_of(row) for row in await self._lines.first_in(queue, now, limit)]

    async def claim(
        self,
        queue: Queue,
        claim: Claim,
        now: datetime,
        limit: int,
        *,
        but: Collection[str] = (),
        overdue_since: datetime | None = None,
    ) -> Sequence[Delivery]:
        rows = await self._claims.claim(queue, claim, now, limit, but, overdue_since)
        return [delivery_of(row) for row in rows]

    async def renew(self, deliveries: Sequence[Delivery], claim: Claim) -> None:
        await self._claims.renew([delivery.id for delivery in deliveries], claim)

    async def held(self, deliveries: Sequence[Delivery], holder: str) -> Sequence[Delivery]:
        ids = await self._claims.held([delivery.id for delivery in deliveries], holder)
        return [delivery for delivery in deliveries if delivery.id in ids]

    async def release(self, queue: Queue, holder: str) -> None:
        await self._claims.release(queue, holder)

    async def oldest(self) -> datetime | None:
        row = await self._database.first(_OLDEST)
        return None if row is None else row.occurred_at


def _key_of(delivery: Delivery) -> dict[str, Any]:
    return {"message_id": delivery.message.id, "consumer": delivery.consumer}


def values_of(delivery: Delivery) -> dict[str, Any]:
    """Return a delivery's values by column."""
    return {
        **_key_of(delivery),
        "id": delivery.id,
        **message_values(delivery.message),
        "attempts": delivery.attempts,
        "due_at": delivery.due_at,
        "error": delivery.error,
        "dead": delivery.dead,
        **turn_of(delivery),
        "claimed_by": None,
        "claimed_until": None,
    }


def turn_of(delivery: Delivery) -> dict[str, Any]:
    """Return the values of the columns for a delivery's queue, priority and turn."""
    return {
        "queue": delivery.queue,
        "priority": delivery.priority,
        "turn": delivery.turn_in_line,
    }


def delivery_of(row: Row) -> Delivery:
    """Return the delivery in a row."""
    return Delivery(
        id=row.id,
        consumer=row.consumer,
        message=message_of(row, "message_id"),
        attempts=row.attempts,
        due_at=row.due_at,
        error=row.error,
        dead=row.dead,
        queue=Queue(row.queue),
        priority=Priority(row.priority),
        turn="" if row.turn == str(row.id) else row.turn,
    )
