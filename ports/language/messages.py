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
    """A message that waits for one consumer: for its first try, for another, or for an admin.

    `attempts` counts the tries so far, and `error` is what the last one ended in. While `dead` is
    false it is tried at `due_at` (UTC); `queued` tells whether its consumer is a queued one.
    """

    id: MessageId
    consumer: str
    message: Message
    attempts: int
    due_at: datetime
    error: str
    dead: bool = False
    queued: bool = False
