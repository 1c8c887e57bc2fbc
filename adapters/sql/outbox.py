"""Messages on their way to the bus, in SQL."""

import asyncio
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import bindparam, delete, literal_column, select

from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.events import EVENTS, Event
from ...ports.language.ids import MessageId
from ...ports.language.messages import Message
from ...ports.outbox import Outbox
from .database import SqlDatabase
from .messages import message_of, message_values
from .schema import outbox
from .statement import Statement, insert_row

_ADD = Statement(insert_row(outbox))
_LEISURELY = outbox.c.subject.in_(
    [literal_column(f"'{subject}'") for subject, event in EVENTS.items() if event.LEISURELY]
)
_OLDEST = select(outbox).order_by(outbox.c.sequence).limit(bindparam("limit"))
_UNSENT = {
    None: Statement(_OLDEST),
    True: Statement(_OLDEST.where(_LEISURELY)),
    False: Statement(_OLDEST.where(~_LEISURELY)),
}
_MARK_SENT = Statement(delete(outbox).where(outbox.c.id == bindparam("id")))


class SqlOutbox(Outbox):
    """Messages in order of commit. One that was sent is deleted, so the table stays small."""

    def __init__(self, database: SqlDatabase, *, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._added = asyncio.Event()

    async def add(self, *events: Event) -> None:
        await self.add_all(events)

    async def add_all(self, events: Iterable[Event]) -> None:
        """Do what `add` does, for the books, which add many at once."""
        now = self._clock.now()
        messages = [Message(MessageId(self._ids.new()), e.key, e, now) for e in events]
        rows = [{"id": message.id, **message_values(message)} for message in messages]
        await self._database.execute_many(_ADD, rows)
        self._database.announce(self._added.set)

    async def unsent(self, limit: int, *, leisurely: bool | None = None) -> Sequence[Message]:
        rows = await self._database.rows(_UNSENT[leisurely], limit=limit)
        return [message_of(row) for row in rows]

    async def mark_sent(self, ids: Collection[MessageId]) -> None:
        await self._database.execute_many(_MARK_SENT, [{"id": id_} for id_ in ids])

    async def wait(self) -> None:
        await self._added.wait()
        self._added.clear()
