"""The envelope in which an event travels."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .events import Event
from .ids import MessageId
from .priority import Priority
from .process_roles import ProcessRole


class Queue(StrEnum):
    """Where messages to consumers wait. Each queue is one role's, and has workers of its own.

    The messages to slow consumers always wait in theirs. In the other queues wait those that
    failed, and those that the relay keeps for another process.
    """

    TRADE = "trade"
    """Orders go on."""
    MATCHING = "matching"
    """The engine is asked for something."""
    SEARCH = "search"
    """The search index is changed."""
    CHARTS = "charts"
    """Sales are recorded."""
    PRICE_ALERTS = "price_alerts"
    """Price alerts are looked through."""
    CHARGES = "charges"
    """Buyers' cards are charged."""
    REFUNDS = "refunds"
    """Buyers are given their money back."""
    PAYOUTS = "payouts"
    """Sellers are paid."""
    LETTERS = "letters"
    """People are told something."""

    @property
    def role(self) -> ProcessRole:
        """The role whose processes work it off."""
        return _ROLES[self]

    @property
    def is_for_slow_consumers(self) -> bool:
        """Whether each message waits in it, and not only what failed or is for another process."""
        return self in _SLOW


_ROLES = {
    Queue.TRADE: ProcessRole.TRADE,
    Queue.MATCHING: ProcessRole.MATCHING,
    Queue.SEARCH: ProcessRole.SEARCH,
    Queue.CHARTS: ProcessRole.CHARTS,
    Queue.PRICE_ALERTS: ProcessRole.LETTERS,
    Queue.CHARGES: ProcessRole.TRADE,
    Queue.REFUNDS: ProcessRole.TRADE,
    Queue.PAYOUTS: ProcessRole.TRADE,
    Queue.LETTERS: ProcessRole.LETTERS,
}
_SLOW = {Queue.CHARGES, Queue.REFUNDS, Queue.PAYOUTS, Queue.LETTERS}


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
    false it is tried at `due_at` (UTC) or later, by the workers of its `queue`: the highest
    priority first, and those of one priority in turns: each `turn` (such as a buyer) has one in the
    line at a time. A delivery whose turn is empty takes no turns with others.
    """

    id: MessageId
    consumer: str
    message: Message
    attempts: int
    due_at: datetime
    error: str
    queue: Queue
    dead: bool = False
    priority: Priority = Priority.NORMAL
    turn: str = ""
