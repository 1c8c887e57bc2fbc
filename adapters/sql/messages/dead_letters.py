"""Dead letters, in SQL."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, select

from ....ports.clock import Clock
from ....ports.event_bus import DeadLetters
from ....ports.language.errors import NotFound
from ....ports.language.ids import MessageId
from ....ports.language.messages import Delivery, Queue
from ....ports.language.paging import Page, PageRequest
from ..engine.database import SqlDatabase
from ..engine.paging import newest_first, page
from ..engine.statement import Statement
from ..schema import deliveries
from .deliveries import SqlDeliveries, delivery_of

_ALL_DEAD = select(deliveries).where(deliveries.c.dead)
_PAGE = Statement(newest_first(_ALL_DEAD, deliveries.c.id))
_PAGE_OF_QUEUE = Statement(
    newest_first(_ALL_DEAD.where(deliveries.c.queue == bindparam("queue")), deliveries.c.id)
)
_DEAD = Statement(select(deliveries).where(deliveries.c.id == bindparam("id"), deliveries.c.dead))


class SqlDeadLetters(DeadLetters):
    """The dead letters in the table of deliveries."""

    def __init__(self, database: SqlDatabase, *, clock: Clock) -> None:
        self._database = database
        self._deliveries = SqlDeliveries(database, clock=clock, claim_clock=clock)

    async def page(self, request: PageRequest, queue: Queue | None = None) -> Page[Delivery]:
        if queue is None:
            return await page(self._database, _PAGE, request, delivery_of)
        return await page(self._database, _PAGE_OF_QUEUE, request, delivery_of, queue=queue)

    async def replay(self, delivery_id: MessageId, at: datetime) -> Delivery:
        async with self._database.transaction():
            row = await self._database.first(_DEAD, id=delivery_id)
            if row is None:
                raise NotFound(what="dead letter", id=delivery_id)
            again = replace(delivery_of(row), attempts=0, due_at=at, dead=False)
            await self._deliveries.put(again)
            return again
