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
    """Handles the messages of one subject. Whatever `handle` raises is a failed attempt.

    A `queued` consumer is slow, and no trade waits for it: each of its messages waits in the store
    for one of a bounded number of workers, so that it holds up nobody else.
    """

    name: str
    subject: str
    handle: Callable[[Message], Awaitable[None]]
    queued: bool = False


class EventBus(Protocol):
    """Brings each message to every consumer of its subject at least once."""

    def subscribe(self, consumer: Consumer) -> None:
        """Register a consumer, before the first message. Names are unique (AssertionError)."""
        ...

    async def publish(self, message: Message) -> None:
        """Return once the message can no longer be lost. Raises Unavailable."""
        ...

    async def redeliver(self) -> int:
        """Try again what failed and is due, but for queued consumers; return how many were tried.

        It tries a bounded number: call it again while that is not zero.
        """
        ...

    async def work_off(self) -> int:
        """Try what is due for queued consumers, some at once; return how many were tried.

        It tries a bounded number: call it again while that is not zero.
        """
        ...


class Deliveries(Protocol):
    """Messages that wait for one consumer, the dead among them. Writes need a transaction."""

    async def put(self, delivery: Delivery) -> None:
        """Store or replace a delivery, by its consumer and message."""
        ...

    async def remove(self, consumer: str, message_id: MessageId) -> None:
        """Forget a delivery that succeeded; there may be none."""
        ...

    async def due(self, now: datetime, limit: int, *, queued: bool) -> Sequence[Delivery]:
        """Return live deliveries that are due, to queued consumers or to the others.

        The longest overdue comes first.
        """
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
