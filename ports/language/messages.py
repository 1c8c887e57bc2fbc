"""Messages, deliveries and queues."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from .events import Event
from .ids import MessageId
from .priority import Priority
from .process_roles import ProcessRole


class Queue(StrEnum):
    """A queue of messages to consumers. Each queue belongs to one role, and has its own workers.

    Messages to slow consumers always wait in their queue. The other queues hold failed messages,
    and those that the relay stores for another process.
    """

    TRADE = "trade"
    """The next steps of orders."""
    MATCHING = "matching"
    """Calls of the engine, where only its own process reaches it."""
    BIDDING = "bidding"
    """Calls of the engine, where other processes reach it."""
    SEARCH = "search"
    """Updates of the search index."""
    CHARTS = "charts"
    """Recorded sales."""
    PRICE_ALERTS = "price_alerts"
    """Checks of price alerts."""
    CHARGES = "charges"
    """Charges of buyers, and their removed cards."""
    REFUNDS = "refunds"
    """Refunds of buyers, and questions to the provider after a webhook."""
    PAYOUTS = "payouts"
    """Payouts to sellers."""
    LETTERS = "letters"
    """Notifications of users: what they are told."""
    MAILS = "mails"
    """Notifications on their way by email. No channel waits for another."""
    TEXTS = "texts"
    """Notifications on their way by text message."""
    PUSHES = "pushes"
    """Notifications on their way by push message."""
    WEBHOOKS = "webhooks"
    """Events for the endpoints of users."""

    @property
    def role(self) -> ProcessRole:
        """The role whose processes handle it."""
        return _ROLES[self]

    @property
    def is_for_slow_consumers(self) -> bool:
        """Whether all messages wait in it, not only failed ones and those for another process."""
        return self in _SLOW

    @property
    def is_of_servers(self) -> bool:
        """Whether its deliveries go to other servers, which may be away."""
        return self in _SERVED

    @property
    def is_of_notifications(self) -> bool:
        """Whether it gives way to trades."""
        return self in NOTIFYING


_ROLES = {
    Queue.TRADE: ProcessRole.TRADE,
    Queue.MATCHING: ProcessRole.MATCHING,
    Queue.BIDDING: ProcessRole.TRADE,
    Queue.SEARCH: ProcessRole.SEARCH,
    Queue.CHARTS: ProcessRole.CHARTS,
    Queue.PRICE_ALERTS: ProcessRole.LETTERS,
    Queue.CHARGES: ProcessRole.TRADE,
    Queue.REFUNDS: ProcessRole.TRADE,
    Queue.PAYOUTS: ProcessRole.TRADE,
    Queue.LETTERS: ProcessRole.LETTERS,
    Queue.MAILS: ProcessRole.LETTERS,
    Queue.TEXTS: ProcessRole.LETTERS,
    Queue.PUSHES: ProcessRole.LETTERS,
    Queue.WEBHOOKS: ProcessRole.WEBHOOKS,
}
NOTIFYING: Final = (Queue.LETTERS, Queue.MAILS, Queue.TEXTS, Queue.PUSHES)
"""The queues of notifications, in the sequence of their work."""
_SERVED = {Queue.SEARCH, Queue.CHARTS, Queue.MAILS, Queue.TEXTS, Queue.PUSHES}
_SLOW = {Queue.CHARGES, Queue.REFUNDS, Queue.PAYOUTS, *NOTIFYING}


@dataclass(slots=True, unsafe_hash=True)  # ADR 0050
class Message:
    """An event on its way to its consumers.

    `key` names its subject (an order, a user). Messages with the same key are relayed in commit
    order. The id is the same for every redelivery.
    """

    id: Final[MessageId]
    key: Final[str]
    event: Final[Event]
    occurred_at: Final[datetime]
    trace: Final[str | None] = None
    """Where in a trace it was caused, as a traceparent."""

    @property
    def subject(self) -> str:
        """The event's name on the bus, such as `order.confirmed`."""
        return self.event.SUBJECT


@dataclass(frozen=True, slots=True)
class Position:
    """How far a broker's stream of messages had grown.

    `stream` differs from that of every stream that was there before under the same name, and `last`
    is the number of its last message.
    """

    stream: str
    last: int


@dataclass(frozen=True, slots=True)
class BrokerBacklog:
    """How many messages a broker keeps because a role has not received them, at a position."""

    waiting: int
    position: Position


@dataclass(slots=True, unsafe_hash=True)  # ADR 0050
class Delivery:
    """A message that waits for one consumer: for its first attempt, for a retry, or for an admin.

    `attempts` counts the attempts so far, and `error` is the last failure. Unless it is `dead`, the
    workers of its `queue` try it at `due_at` (UTC) or later, the highest priority first. Within a
    priority, deliveries take turns: each `turn` (such as a buyer) has one delivery in the line at a
    time. An empty turn does not take turns.
    """

    id: Final[MessageId]
    consumer: Final[str]
    message: Final[Message]
    attempts: Final[int]
    due_at: Final[datetime]
    error: Final[str]
    queue: Final[Queue]
    dead: Final[bool] = False
    priority: Final[Priority] = Priority.NORMAL
    turn: Final[str] = ""

    @property
    def turn_in_line(self) -> str:
        """The name of its turn in the line. A delivery without a turn has one of its own."""
        return self.turn or str(self.id)


@dataclass(frozen=True, slots=True)
class Claim:
    """A process's right to try a delivery: who has it, and how long it lasts from now.

    No two processes have the same `holder`.
    """

    holder: str
    life: timedelta
