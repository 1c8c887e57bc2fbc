"""The ports to messages that wait in the store: outbox, inbox, deadlines."""

from collections.abc import Collection, Sequence, Set
from datetime import datetime
from typing import Protocol, TypeAlias

from .language.deadlines import Deadline, DeadlineKind
from .language.events import Event
from .language.ids import MessageId, OrderId
from .language.messages import Message
from .language.priority import Priority


class Outbox(Protocol):
    """Events that commit together with the state they tell of, and then go to the bus."""

    async def add(self, *events: Event) -> None:
        """Store events, stamped with an id and the instant, in their order. Needs a transaction."""
        ...

    async def unsent(
        self,
        limit: int,
        *,
        priority: Priority | None = None,
        but: Collection[MessageId] = (),
    ) -> Sequence[Message]:
        """Return the oldest messages that are not marked as sent, in order of commit.

        With a `priority` only those of events that have it; and none of those in `but`.
        """
        ...

    async def mark_sent(self, ids: Collection[MessageId]) -> None:
        """Never return these messages again. Needs a transaction."""
        ...

    async def wait(self) -> None:
        """Return once this process added something since the last call; maybe early."""
        ...


Note: TypeAlias = tuple[str, MessageId]
"""A consumer, and a message that it handled."""


class Inbox(Protocol):
    """What each consumer has handled."""

    async def note(self, handled: Collection[Note], at: datetime) -> None:
        """Note what was handled.

        Raises Outdated if some of it was noted before, by whoever handled it at the same time.
        Needs a transaction.
        """
        ...

    async def notes_of(self, message_ids: Collection[MessageId]) -> Set[Note]:
        """Return which of these messages were handled, and by whom."""
        ...

    async def contains(self, consumer: str, message_id: MessageId) -> bool:
        """Return whether the consumer handled the message."""
        ...

    async def forget(self, before: datetime) -> int:
        """Drop what was noted before an instant and return how much. Needs a transaction."""
        ...


class Deadlines(Protocol):
    """What falls due, and when. Writes need a transaction."""

    async def set(self, deadline: Deadline) -> None:
        """Store a deadline, in place of the order's earlier one of its kind."""
        ...

    async def clear(self, order_id: OrderId, kinds: Collection[DeadlineKind]) -> None:
        """Forget deadlines that no longer matter; there may be none."""
        ...

    async def of(self, order_id: OrderId) -> Sequence[Deadline]:
        """Return the deadlines of an order that run, in no order."""
        ...

    async def running(self, kinds: Collection[DeadlineKind], after: datetime) -> Sequence[Deadline]:
        """Return all deadlines of these kinds that pass after an instant, in no order."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[Deadline]:
        """Return deadlines that have passed, longest overdue first."""
        ...
