"""Messages that a broker has, in memory."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Final

from ...ports.clock import Clock
from ...ports.language.ids import MessageId
from ...ports.language.messages import Message, Position
from ...ports.sent_messages import SentMessages
from .database import MemoryAdapter, MemoryDatabase
from .outbox import MemoryOutbox

_EVENTS: Final = "events"
_EXCHANGE: Final = "exchange"


class MemorySentMessages(MemoryAdapter, SentMessages):
    """Messages with the instant at which they were sent, in the sequence of sending."""

    def __init__(self, database: MemoryDatabase, *, outbox: MemoryOutbox, clock: Clock) -> None:
        super().__init__(database)
        self._outbox = outbox
        self._clock = clock

    async def move(self, ids: Collection[MessageId], position: Position) -> None:
        await self._database.writing()
        now = self._clock.now()
        for id_ in ids:
            if (message := self._tables.outbox.get(id_)) is not None:
                self._database.put(self._tables.sent_messages, id_, (message, now))
        await self._outbox.mark_sent(ids)
        known = self._tables.broker_positions.get(_EVENTS)
        if known is None or known.stream != position.stream or known.last < position.last:
            self._database.put(self._tables.broker_positions, _EVENTS, position)

    async def position(self) -> Position | None:
        with await self._database.reading():
            return self._tables.broker_positions.get(_EVENTS)

    async def send_again(self) -> int:
        await self._database.writing()
        messages = [message for message, _ in self._tables.sent_messages.values()]
        self._put_back(messages)
        if _EVENTS in self._tables.broker_positions:
            self._database.remove(self._tables.broker_positions, _EVENTS)
        return len(messages)

    async def send_latest_again(self, age: timedelta) -> int:
        await self._database.writing()
        sent = self._tables.sent_messages.values()
        since = max((at for _, at in sent), default=self._clock.now()) - age
        messages = [message for message, at in sent if at >= since]
        self._put_back(messages)
        return len(messages)

    def _put_back(self, messages: Sequence[Message]) -> None:
        for message in messages:
            self._database.remove(self._tables.sent_messages, message.id)
        self._outbox.put_back(messages)

    async def known_as(self, new: str) -> str:
        await self._database.writing()
        if _EXCHANGE not in self._tables.broker_positions:
            self._database.put(self._tables.broker_positions, _EXCHANGE, Position(new, 0))
        return self._tables.broker_positions[_EXCHANGE].stream

    async def forget(self, age: timedelta) -> int:
        await self._database.writing()
        before = self._clock.now() - age
        old = [id_ for id_, (_, at) in self._tables.sent_messages.items() if at < before]
        for id_ in old:
            self._database.remove(self._tables.sent_messages, id_)
        return len(old)
