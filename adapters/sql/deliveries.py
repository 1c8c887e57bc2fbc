"""Messages that wait for a consumer, in SQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, select

from ...ports.event_bus import Deliveries
from ...ports.language.ids import MessageId
from ...ports.language.messages import Delivery
from .database import SqlDatabase
from .messages import message_of, message_values
from .schema import deliveries
from .sqlite import insert_or_replace
from .statement import Row, Statement

_PUT = Statement(insert_or_replace(deliveries, *deliveries.primary_key))
_REMOVE = Statement(
    delete(deliveries).where(
        deliveries.c.message_id == bindparam("message_id"),
        deliveries.c.consumer == bindparam("consumer"),
    )
)
_DUE = Statement(
    select(deliveries)
    .where(
        ~deliveries.c.dead,
        deliveries.c.queued == bindparam("queued"),
        deliveries.c.due_at <= bindparam("now"),
    )
    .order_by(deliveries.c.due_at, deliveries.c.id)
    .limit(bindparam("limit"))
)


class SqlDeliveries(Deliveries):
    """Deliveries by message and consumer; the dead are kept in the same table."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def put(self, delivery: Delivery) -> None:
        await self._database.execute(
            _PUT,
            message_id=delivery.message.id,
            consumer=delivery.consumer,
            id=delivery.id,
            **message_values(delivery.message),
            attempts=delivery.attempts,
            due_at=delivery.due_at,
            error=delivery.error,
            dead=delivery.dead,
            queued=delivery.queued,
        )

    async def remove(self, consumer: str, message_id: MessageId) -> None:
        await self._database.execute(_REMOVE, consumer=consumer, message_id=message_id)

    async def due(self, now: datetime, limit: int, *, queued: bool) -> Sequence[Delivery]:
        rows = await self._database.rows(_DUE, now=now, limit=limit, queued=queued)
        return [delivery_of(row) for row in rows]


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
        queued=row.queued,
    )
