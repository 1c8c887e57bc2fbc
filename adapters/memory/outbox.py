"""The outbox and the inbox, in memory."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from datetime import datetime
from functools import partial
from itertools import islice

from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.errors import Outdated
from ...ports.language.events import Event
from ...ports.language.ids import MessageId
from ...ports.language.messages import Message
from ...ports.language.portions import PORTION
from ...ports.language.priority import Priority
from ...ports.language.traces import current_traceparent
from ...ports.outbox import Inbox, Note, Outbox
from .database import MemoryAdapter, MemoryDatabase
from .tables import drop_if_empty

_NO_TRACES: Mapping[str, str] = {}


class MemoryOutbox(MemoryAdapter, Outbox):
    """Messages in commit order, which is the sequence in which transactions get their turns."""

    def __init__(self, database: MemoryDatabase, *, clock: Clock, ids: Ids) -> None:
        super().__init__(database)
        self._clock = clock
        self._ids = ids
        self._added = asyncio.Event()

    async def add(self, *events: Event) -> None:
        await self.add_all(events)

    async def add_all(
        self, events: Iterable[Event], traces: Mapping[str, str] = _NO_TRACES
    ) -> None:
        """Add many events, with the traces of their keys; MemoryBooks calls it."""
        await self._database.writing()
        here = current_traceparent()
        for event in events:
            trace = traces.get(event.key, here)
            id_, now = MessageId(self._ids.new()), self._clock.now()
            message = Message(id_, event.key, event, now, trace)
            of_priority = self._tables.outbox_of_priority[event.priority]
            for table in (self._tables.outbox, of_priority):
                self._database.put(table, message.id, message)
        self._database.announce(self._added.set)

    async def unsent(
        self,
        limit: int,
        *,
        priority: Priority | None = None,
        but: Collection[MessageId] = (),
    ) -> Sequence[Message]:
        with await self._database.reading():
            table = self._tables.outbox
            if priority is not None:
                table = self._tables.outbox_of_priority[priority]
            passed_over = self._tables.sent.keys() | but
            unsent = (m for id_, m in table.items() if id_ not in passed_over)
            return list(islice(unsent, limit))

    async def mark_sent(self, ids: Collection[MessageId]) -> None:
        await self._database.writing()
        for message_id in ids:
            if message_id in self._tables.outbox:
                self._database.put(self._tables.sent, message_id, None)
        self._database.announce(self._drop_sent)

    async def wait(self) -> None:
        await self._added.wait()
        self._added.clear()

    def put_back(self, messages: Iterable[Message]) -> None:
        """Put sent messages in front of all others; MemorySentMessages calls it."""
        of_priorities = self._tables.outbox_of_priority
        for table in (self._tables.outbox, *of_priorities.values()):
            behind = list(table.items())
            for id_, _ in behind:
                self._database.remove(table, id_)
            priority = next((p for p, each in of_priorities.items() if each is table), None)
            for message in messages:
                if priority is None or message.event.priority is priority:
                    self._database.put(table, message.id, message)
            for id_, message in behind:
                self._database.put(table, id_, message)

    def _drop_sent(self) -> None:
        # Only after the commit: a rollback would put the message back at the end of the dict.
        for message_id in self._tables.sent:
            message = self._tables.outbox.pop(message_id)
            del self._tables.outbox_of_priority[message.event.priority][message_id]
        self._tables.sent.clear()


class MemoryInbox(MemoryAdapter, Inbox):
    """The instant of handling by message and consumer."""

    async def note(self, handled: Collection[Note], at: datetime) -> None:
        await self._database.writing()
        for consumer, message_id in handled:
            consumers = self._tables.inbox[message_id]
            if consumer in consumers:
                raise Outdated(what="message", id=message_id)
            self._database.put(consumers, consumer, at)

    async def notes_of(self, message_ids: Collection[MessageId]) -> Set[Note]:
        with await self._database.reading():
            inbox = self._tables.inbox
            return {(c, id_) for id_ in message_ids if id_ in inbox for c in inbox[id_]}

    async def contains(self, consumer: str, message_id: MessageId) -> bool:
        return (consumer, message_id) in await self.notes_of([message_id])

    async def forget(self, before: datetime) -> int:
        await self._database.writing()
        noted = (
            (message_id, consumer)
            for message_id, consumers in self._tables.inbox.items()
            for consumer, at in consumers.items()
            if at < before
        )
        old = list(islice(noted, PORTION))
        for message_id, consumer in old:
            self._database.remove(self._tables.inbox[message_id], consumer)
            drop = partial(drop_if_empty, self._tables.inbox, message_id)
            self._database.announce(drop)
        return len(old)
