"""Consumers: what handles the messages of a subject, and how often."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from .events import Event
from .messages import Message, Queue
from .priority import Priority


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

    `handle_again`, if given, handles the messages whose earlier attempts failed: later messages may
    have been handled meanwhile.

    `handle_all`, if given, handles messages that share a transaction at once, of all consumers with
    the same `handle_all`. If it fails, `handle` gets each of them.

    `queue_of`, if given, is the queue of a message's delivery, of the same role as `queue`. So one
    consumer can have several queues, which do not wait for each other.

    If `waits` is true, all messages wait in the queue, although the consumer is not slow.

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
    handle_again: Callable[[Message], Awaitable[None]] | None = None
    handle_all: Callable[[Sequence[Message]], Awaitable[None]] | None = None
    waits: bool = False
    queue_of: Callable[[Event], Queue] | None = None
