"""Keeps what was given to a broker until the broker can no longer lose it."""

import logging
from collections.abc import Collection
from datetime import timedelta

from ...ports.language.ids import MessageId
from ...ports.language.messages import Position
from ...ports.message_broker import MessageBroker
from ...ports.sent_messages import SentMessages
from ...ports.transaction import Transaction

_log = logging.getLogger(__name__)

_LATEST = timedelta(seconds=10)
"""What was sent so long before a broker ended may be missing in its files when it runs again."""
KEPT_FOR = timedelta(minutes=5)
"""How long sent messages are kept. The broker drops what is sent again within twice this time."""


class BrokerKeeper:
    """Marks messages as sent, and has them sent again if the broker has lost any."""

    def __init__(self, broker: MessageBroker, sent: SentMessages, transaction: Transaction) -> None:
        self._broker = broker
        self._sent = sent
        self._transaction = transaction
        self._incarnation: str | None = None
        """The run of the broker that was asked last."""

    async def has_lost(self, unmarked: Position | None = None) -> bool:
        """Return whether the broker has lost messages, which are in the outbox again then.

        `unmarked` is its position after what it was given and is not marked as sent yet. Raises
        Unavailable.
        """
        position = _later(await self._sent.position(), unmarked)
        # Without a position too: the bus publishes nothing until this was asked.
        has_kept = await self._broker.has_kept(position or Position("", 0))
        incarnation, before = self._broker.incarnation, self._incarnation
        if position is None:
            self._incarnation = incarnation
            return False
        if has_kept and incarnation == before:
            return False
        async with self._transaction():
            if has_kept:
                count = await self._sent.send_latest_again(_LATEST)
            else:
                count = await self._sent.send_again()
        self._incarnation = incarnation
        if has_kept:
            _log.info("the broker may lack its latest messages: %d are sent again", count)
            return count > 0
        _log.error("the broker has lost messages: the last %d are sent again", count)
        return True

    async def mark_sent(self, ids: Collection[MessageId], position: Position) -> None:
        """Move messages out of the outbox. Needs a transaction."""
        await self._sent.move(ids, position)

    async def forget(self) -> None:
        """Delete what the broker can no longer lose."""
        async with self._transaction():
            await self._sent.forget(KEPT_FOR)


def _later(marked: Position | None, unmarked: Position | None) -> Position | None:
    if marked is None or unmarked is None:
        return marked or unmarked
    return marked if marked.stream == unmarked.stream and marked.last > unmarked.last else unmarked
