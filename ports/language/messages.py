"""The envelope in which an event travels."""

from dataclasses import dataclass
from datetime import datetime

from .events import Event
from .ids import MessageId


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
    """A message that one consumer could not handle yet, or gave up on.

    `attempts` counts the tries so far; while `dead` is false it is tried again at `due_at` (UTC).
    """

    id: MessageId
    consumer: str
    message: Message
    attempts: int
    due_at: datetime
    error: str
    dead: bool = False
