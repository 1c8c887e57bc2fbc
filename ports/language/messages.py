"""The envelope in which an event travels."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .events import Event
from .ids import MessageId
from .priority import Priority


class Queue(StrEnum):
    """Where the messages to slow consumers wait. Each queue has workers of its own."""

    CHARGES = "charges"
    """Buyers' cards are charged."""
    REFUNDS = "refunds"
    """Buyers are given their money back."""
    PAYOUTS = "payouts"
    """Sellers are paid."""
    LETTERS = "letters"
    """People are told something."""


@dataclass(frozen=True, slots=True)
class Message:
    """One event on its way to its consumers.

    `key` names what it is about (an order, a user): messages of one key are relayed in the
    order in which they were committed. The id is the same on every redelivery.
    """

    id: MessageId
    key: str
    event: Event
    occurred_at: datetime

    @property
    def subject(self) -> str:
        """The event's name on the bus, such as `order.created`."""
        return self.event.SUBJECT


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that waits for one consumer: for its first try, for another, or for an admin.

    `attempts` counts the tries so far, and `error` is what the last one ended in. While `dead` is
    false it is tried at `due_at` (UTC) or later. One in a `queue` is tried by that queue's workers:
    the highest priority first, and those of one priority in turns: each `turn` (such as a buyer)
    has one in the line at a time. A delivery whose turn is empty takes no turns with others.
    """

    id: MessageId
    consumer: str
    message: Message
    attempts: int
    due_at: datetime
    error: str
    dead: bool = False
    queue: Queue | None = None
    priority: Priority = Priority.NORMAL
    turn: str = ""
