"""The outbox, in SQL."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import bindparam, delete, select

from ....ports.clock import Clock
from ....ports.ids import Ids
from ....ports.language.events import Event
from ....ports.language.ids import MessageId
from ....ports.language.messages import Message
from ....ports.language.priority import Priority
from ....ports.language.traces import current_traceparent
from ....ports.outbox import Outbox
from ....ports.wakeups import OUTBOX, Wakeups
from ..engine.constructs import one_of
from ..engine.database import SqlDatabase
from ..engine.statement import Statement, insert_row
from ..schema import outbox
from .messages import message_of, message_values

_ADD = Statement(insert_row(outbox))
_OLDEST = (
    select(outbox)
    .where(~one_of(outbox.c.id, "but"))
    .order_by(outbox.c.sequence)
    .limit(bindparam("limit"))
)
_UNSENT = Statement(_OLDEST)
_UNSENT_OF_PRIORITY = Statement(_OLDEST.where(outbox.c.priority == bindparam("priority")))
_MARK_SENT = Statement(delete(outbox).where(one_of(outbox.c.id, "ids")))
_NO_TRACES: Mapping[str, str] = {}


class SqlOutbox(Outbox):
    """Messages in commit order. Sent messages are deleted, so the table stays small."""

    def __init__(self, database: SqlDatabase, *, clock: Clock, ids: Ids, wakeups: Wakeups) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._added = asyncio.Event()
        self._wake_up = partial(wakeups.send, OUTBOX)
        wakeups.subscribe(OUTBOX, self._added.set)

    async def add(self, *events: Event) -> None:
        await self.add_all(events)

    async def add_all(
        self, events: Iterable[Event], traces: Mapping[str, str] = _NO_TRACES
    ) -> None:
        """Add many events at once, with the traces of their keys; SqlBooks calls it."""
        now, here = self._clock.now(), current_traceparent()
        messages = [
            Message(MessageId(self._ids.new()), e.key, e, now, traces.get(e.key, here))
            for e in events
        ]
        rows = [{"id": m.id, **message_values(m), "priority": m.event.priority} for m in messages]
        self._database.execute_later(_ADD, rows)
        self._database.announce(self._wake_up)

    async def unsent(
        self,
        limit: int,
        *,
        priority: Priority | None = None,
        but: Collection[MessageId] = (),
    ) -> Sequence[Message]:
        asked: dict[str, Any] = {"limit": limit, "but": but}
        if priority is None:
            rows = await self._database.rows(_UNSENT, **asked)
        else:
            rows = await self._database.rows(_UNSENT_OF_PRIORITY, **asked, priority=priority)
        return [message_of(row) for row in rows]

    async def mark_sent(self, ids: Collection[MessageId]) -> None:
        await self._database.execute(_MARK_SENT, ids=ids)

    async def wait(self) -> None:
        await self._added.wait()
        self._added.clear()
