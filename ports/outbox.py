"""The ports to messages and deadlines in the store: outbox, inbox, deadlines."""

from collections.abc import Collection, Sequence, Set
from datetime import datetime
from typing import Protocol, TypeAlias

from .language.deadlines import Deadline, DeadlineKind
from .language.events import Event
from .language.ids import MessageId, OrderId
from .language.messages import Message
from .language.priority import Priority


class Outbox(Protocol):
    """Events that commit with the state change they report, and are then published.

    The messages of one key are in commit order, because whoever adds one holds a lock that belongs
    to the key, such as its order's. Messages of transactions that do not wait for each other may be
    in another order.
    """

    async def add(self, *events: Event) -> None:
        """Store events with new ids and the current time, in this order. Needs a transaction."""
        ...

    async def unsent(
        self,
        limit: int,
        *,
        priority: Priority | None = None,
        but: Collection[MessageId] = (),
    ) -> Sequence[Message]:
        """Return the oldest messages that are not marked as sent, each key's in commit order.

        With a `priority`, only events with that priority. Messages in `but` are omitted.
        """
        ...

    async def mark_sent(self, ids: Collection[MessageId]) -> None:
        """Mark messages as sent, so that they are not returned again. Needs a transaction."""
        ...

    async def wait(self) -> None:
        """Return when a process may have added something since the last call.

        What others add may go unnoticed; see Wakeups.
        """
        ...


Note: TypeAlias = tuple[str, MessageId]
"""A consumer, and a message that it handled."""


class Inbox(Protocol):
    """The messages that each consumer has handled."""

    async def note(self, handled: Collection[Note], at: datetime) -> None:
        """Record handled messages.

        Raises Outdated if one was recorded before, because another process handled it concurrently.
        Needs a transaction.
        """
        ...

    async def notes_of(self, message_ids: Collection[MessageId]) -> Set[Note]:
        """Return which of these messages were handled, and by which consumers."""
        ...

    async def contains(self, consumer: str, message_id: MessageId) -> bool:
        """Return whether the consumer handled the message."""
        ...

    async def forget(self, before: datetime) -> int:
        """Delete a portion of the records from before an instant, and return how many.

        Needs a transaction.
        """
        ...


class Deadlines(Protocol):
    """Deadlines of orders. Writes need a transaction."""

    async def set(self, deadline: Deadline) -> None:
        """Store a deadline. It replaces the order's deadline of the same kind."""
        ...

    async def clear(self, order_id: OrderId, kinds: Collection[DeadlineKind]) -> None:
        """Delete deadlines that no longer matter. They need not exist."""
        ...

    async def of(self, order_id: OrderId) -> Sequence[Deadline]:
        """Return the running deadlines of an order, in no particular order."""
        ...

    async def running(self, kinds: Collection[DeadlineKind], after: datetime) -> Sequence[Deadline]:
        """Return all deadlines of these kinds after an instant, in no particular order."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[Deadline]:
        """Return deadlines that have passed, longest overdue first.

        In a transaction it locks them and omits those that another transaction has locked, so that
        whoever clears them there has each one alone.
        """
        ...
