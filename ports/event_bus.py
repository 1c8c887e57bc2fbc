"""The ports to the event bus and to what it could not deliver."""

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
    """Where a consumer has its effect, which decides how the bus calls it."""

    INSIDE = "inside"
    """Only in the store. It is called in a transaction, together with others, and handles each
    message once."""
    OUTSIDE = "outside"
    """Outside the store, too. It is called outside any transaction, and has its effect once by
    itself; the bus saves it most repetitions."""
    REPEATABLE = "repeatable"
    """Anywhere. It costs less to repeat than to note, and changes nothing then. It is called
    outside any transaction."""


def _of_event(event: Event) -> Priority:
    return event.priority


def _no_turn(_: Event) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Consumer:
    """Handles the messages of one subject. Whatever `handle` raises is a failed attempt.

    Its `effect` says how the bus calls it, and how often.

    Its `queue` says whose role it is, and where its messages wait. Those of a slow consumer all do,
    each for one of the queue's workers, so that it holds up nobody else. The queue is fair by what
    `priority` (the event's own by default) and `turn` say of an event: see Delivery. At most one
    delivery of a turn is under way at a time. Where messages do not all wait, those of one key
    take turns.

    One that `persists` is tried again for as long as something is Unavailable: for that alone its
    messages never become dead letters. It must end them by itself.
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
    """Brings each message to every consumer of its subject at least once."""

    def subscribe(self, consumer: Consumer, *, here: bool = True) -> None:
        """Register a consumer, before the first message. Names are unique (AssertionError).

        One that is not `here` is called in another process: this one sees to it that its messages
        are not lost, and never calls it.
        """
        ...

    async def publish(self, *messages: Message) -> None:
        """Return once the messages can no longer be lost. Raises Unavailable.

        Each consumer gets the messages of one key in this order.
        """
        ...

    async def work_off(self, queue: Queue) -> int:
        """Try all that is due in a queue, and return how many were tried, so 0 if nothing was due.

        Raises Unavailable.
        """
        ...

    async def work(self, queue: Queue) -> None:
        """Try what is in a queue as soon as it is due, until cancelled.

        A worker that is free gets the next delivery, whatever the others are waiting for. Raises
        Unavailable when the store does; it may be called again.
        """
        ...


class Deliveries(Protocol):
    """Messages that wait for one consumer, the dead among them. Writes need a transaction."""

    async def put(self, delivery: Delivery) -> None:
        """Store or replace a delivery, by its consumer and message.

        Its turn joins the end of the line, unless it stands in it with another one.
        """
        ...

    async def add(self, deliveries: Sequence[Delivery]) -> None:
        """Store new deliveries. Where one waits for the same consumer and message, it stays.

        Their turns join the end of the line in this order, unless they stand in it.
        """
        ...

    async def remove(self, deliveries: Sequence[Delivery]) -> None:
        """Forget deliveries that succeeded, as they were read; some may not be there any more.

        Their turns go to the end of the line with the next of their deliveries.
        """
        ...

    async def first_in(self, queue: Queue, now: datetime, limit: int) -> Sequence[Delivery]:
        """Return the first live deliveries of a queue that are due, in the order to take them in.

        The highest priority comes first, then those that have stood in the line longest. Each turn
        has one delivery of each priority there, the longest overdue, so this reads no more than it
        returns, however long the queue is.
        """
        ...

    async def longest_due_in(self, queue: Queue, now: datetime) -> Delivery | None:
        """Return the one that is due longest of those that are first of their priority in a queue.

        So a low priority is found, however much of a higher one comes.
        """
        ...

    async def oldest(self) -> datetime | None:
        """Return when the event of the oldest live delivery occurred; None if nothing waits."""
        ...


class DeadLetters(Protocol):
    """Deliveries that were given up, for an admin."""

    async def page(self, request: PageRequest) -> Page[Delivery]:
        """Return a page of dead deliveries, newest first."""
        ...

    async def replay(self, delivery_id: MessageId, at: datetime) -> Delivery:
        """Have a dead delivery tried again from `at`, its count of tries reset, and return it.

        Raises NotFound.

        It makes a transaction of its own where there is none.
        """
        ...
