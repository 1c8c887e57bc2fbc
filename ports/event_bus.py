"""The ports to the event bus, its deliveries and its dead letters."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from .language.events import Event
from .language.ids import MessageId
from .language.messages import Delivery, Message, Queue
from .language.paging import Page, PageRequest
from .language.priority import Priority

__all__ = ["Consumer", "DeadLetters", "Deliveries", "Effect", "EventBus", "Priority", "Queue"]


class Effect(Enum):
    """Where a consumer has its effect. This determines how the bus calls it."""

    INSIDE = "inside"
    """Only in the store.

    The bus calls it in a transaction, together with others, once per message.
    """
    OUTSIDE = "outside"
    """Also outside the store.

    The bus calls it outside any transaction. The consumer must be idempotent, although the bus
    avoids most repetitions.
    """
    REPEATABLE = "repeatable"
    """Anywhere.

    The bus calls it outside any transaction, and keeps no record because repeating is cheaper and
    changes nothing.
    """


def _of_event(event: Event) -> Priority:
    return event.priority


def _no_turn(_: Event) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Consumer:
    """Handles the messages of one subject. Any exception of `handle` is a failed attempt.

    `effect` determines how the bus calls it, and how often.

    `queue` determines its role, and where its messages wait. All messages of a slow consumer wait
    for a worker of its queue, so that they delay no other consumer. The queue is fair according to
    `priority` (by default the event's own) and `turn`: see Delivery. At most one delivery of a turn
    is under way at a time. In the other queues, messages with the same key take turns.

    If `persists` is true, Unavailable is retried without limit, and does not lead to a dead letter.
    The consumer itself must end such messages.
    """

    name: str
    subject: str
    handle: Callable[[Message], Awaitable[None]]
    queue: Queue
    effect: Effect = Effect.REPEATABLE
    priority: Callable[[Event], Priority] = _of_event
    turn: Callable[[Event], str] = _no_turn
    persists: bool = False


class EventBus(Protocol):
    """Delivers each message to every consumer of its subject, at least once."""

    def subscribe(self, consumer: Consumer, *, here: bool = True) -> None:
        """Register a consumer, before the first message. Names are unique (AssertionError).

        A consumer that is not `here` is called in another process. This one only ensures that its
        messages are not lost.
        """
        ...

    async def publish(self, *messages: Message) -> None:
        """Return when the messages can no longer be lost. Raises Unavailable.

        Each consumer gets messages with the same key in this order.
        """
        ...

    async def work_off(self, queue: Queue) -> int:
        """Try all due deliveries of a queue, and return how many were tried. Raises Unavailable."""
        ...

    async def work(self, queue: Queue) -> None:
        """Process a queue as deliveries become due, until cancelled.

        A free worker gets the next delivery, whatever the others are waiting for. Raises
        Unavailable if the store does; it may be called again.
        """
        ...


class Deliveries(Protocol):
    """Messages that wait for one consumer, including dead letters. Writes need a transaction."""

    async def put(self, delivery: Delivery) -> None:
        """Store or replace a delivery, by its consumer and message.

        Its turn joins the end of the line unless it is already there.
        """
        ...

    async def add(self, deliveries: Sequence[Delivery]) -> None:
        """Store new deliveries. An existing delivery of the same consumer and message stays.

        Their turns join the end of the line in this order unless they are already there.
        """
        ...

    async def remove(self, deliveries: Sequence[Delivery]) -> None:
        """Delete successful deliveries, as they were read. Some may be gone already.

        Their turns go to the end of the line with their next delivery.
        """
        ...

    async def first_in(self, queue: Queue, now: datetime, limit: int) -> Sequence[Delivery]:
        """Return the first due live deliveries of a queue, in processing order.

        The highest priority comes first, then the turns that have been in the line longest. Each
        turn has one delivery per priority in the line, the longest overdue. So this reads only as
        many rows as it returns, however long the queue is.
        """
        ...

    async def longest_due_in(self, queue: Queue, now: datetime) -> Delivery | None:
        """Return the longest overdue of those that are first of their priority in a queue.

        This finds a low priority even during a stream of higher ones.
        """
        ...

    async def oldest(self) -> datetime | None:
        """Return when the event of the oldest live delivery occurred, or None if nothing waits."""
        ...


class DeadLetters(Protocol):
    """Dead letters: deliveries that failed after all retries."""

    async def page(self, request: PageRequest) -> Page[Delivery]:
        """Return a page of dead letters, newest first."""
        ...

    async def replay(self, delivery_id: MessageId, at: datetime) -> Delivery:
        """Make a dead letter due at `at`, with its attempts reset, and return it. Raises NotFound.

        It opens a transaction if there is none.
        """
        ...
