"""Deliveries that were given up, in SQL."""

from datetime import datetime

from sqlalchemy import bindparam, select, update

from ...ports.event_bus import DeadLetters
from ...ports.language.errors import NotFound
from ...ports.language.ids import MessageId
from ...ports.language.messages import Delivery
from ...ports.language.paging import Page, PageRequest
from .database import SqlDatabase
from .deliveries import delivery_of
from .paging import newest_first, page
from .schema import deliveries
from .statement import Statement

_PAGE = Statement(newest_first(select(deliveries).where(deliveries.c.dead), deliveries.c.id))
_REPLAY = Statement(
    update(deliveries)
    .where(deliveries.c.id == bindparam("id"), deliveries.c.dead)
    .values(
        attempts=bindparam("attempts"), due_at=bindparam("due_at"), dead=bindparam("still_dead")
    )
)


class SqlDeadLetters(DeadLetters):
    """The dead among the deliveries."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def page(self, request: PageRequest) -> Page[Delivery]:
        return await page(self._database, _PAGE, request, delivery_of)

    async def replay(self, delivery_id: MessageId, at: datetime) -> None:
        async with self._database.transaction():
            revived = await self._database.execute(
                _REPLAY, id=delivery_id, attempts=0, due_at=at, still_dead=False
            )
            if not revived:
                raise NotFound(what="dead delivery", id=delivery_id)
