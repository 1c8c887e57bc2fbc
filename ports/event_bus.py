"""The ports to the event bus and to what it could not deliver."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from .language.ids import MessageId
from .language.messages import Delivery, Message
from .language.paging import Page, PageRequest


@dataclass(frozen=True, slots=True)
class Consumer:
    """Handles the messages of one subject. Whatever `handle` raises is a failed attempt."""

    name: str
    subject: str
    handle: Callable[[Message], Awaitable[None]]


class EventBus(Protocol):
    """Brings each message to every consumer of its subject at least once."""

    def subscribe(self, consumer: Consumer) -> None:
        """Register a consumer, before the first message. Names are unique (AssertionError)."""
        ...

    async def publish(self, message: Message) -> None:
        """Return once the message can no longer be lost. Raises Unavailable."""
        ...

    async def redeliver(self) -> int:
        """Try again what failed and is due; return how many deliveries were tried."""
        ...


class Deliveries(Protocol):
    """Deliveries that failed: waiting for another try, or dead. Writes need a transaction."""

    async def put(self, delivery: Delivery) -> None:
        """Store or replace a delivery, by its consumer and message."""
        ...

    async def remove(self, consumer: str, message_id: MessageId) -> None:
        """Forget a delivery that succeeded."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[Delivery]:
        """Return live deliveries whose next try is due, longest overdue first."""
        ...


class DeadLetters(Protocol):
    """Deliveries that were given up, for an admin."""

    async def page(self, request: PageRequest) -> Page[Delivery]:
        """Return a page of dead deliveries, newest first."""
        ...

    async def replay(self, delivery_id: MessageId, at: datetime) -> None:
        """Have a dead delivery tried again from `at`, its count of tries reset. Raises NotFound.

        It makes a transaction of its own where there is none.
        """
        ...
