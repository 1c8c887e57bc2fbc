"""The ports to the event bus, its deliveries and its dead letters."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from .language.consumers import Consumer
from .language.ids import MessageId
from .language.messages import Claim, Delivery, Message, Position, Queue
from .language.paging import Page, PageRequest


class EventBus(Protocol):
    """Delivers each message to every consumer of its subject, at least once."""

    def subscribe(self, consumer: Consumer, *, here: bool = True) -> None:
        """Register a consumer, before the first message. Names are unique (AssertionError).

        A consumer that is not `here` is called in another process. This one only ensures that its
        messages are not lost.
        """
        ...

    async def publish(self, *messages: Message) -> Position | None:
        """Return when the messages can no longer be lost. Raises Unavailable.

        Each consumer gets messages with the same key in this order. If a broker carries them, it
        returns the broker's position after the last one; see MessageBroker.
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
        """Store or replace a delivery, by its consumer and message. Nobody claims it then.

        Its turn joins the end of the line unless it is already there.
        """
        ...

    async def add(self, deliveries: Sequence[Delivery]) -> None:
        """Store new deliveries. An existing delivery of the same consumer and message stays.

        Their turns join the end of the line in this order unless they are already there.
        """
        ...

    async def remove(self, deliveries: Sequence[Delivery]) -> None:
        """Delete successful deliveries, by their ids. Some may be gone already, or replaced.

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

    async def claim(
        self,
        queue: Queue,
        claim: Claim,
        now: datetime,
        limit: int,
        *,
        but: Collection[str] = (),
        overdue_since: datetime | None = None,
    ) -> Sequence[Delivery]:
        """Claim the first due live deliveries of a queue, and return them in processing order.

        The order is that of `first_in`. Turns of which another holder has claimed a delivery are
        omitted until its claim ends; deliveries that this holder has claimed before are included.
        Turns in `but` (see `Delivery.turn_in_line`) are omitted too. The store decides by its own
        time whether a claim has ended.

        With `overdue_since`, the longest overdue of those that are first of their priority goes
        before all others if it was due then. This finds a low priority even during a stream of
        higher ones.

        It opens a transaction if there is none, and is its last call that may wait.
        """
        ...

    async def renew(self, deliveries: Sequence[Delivery], claim: Claim) -> None:
        """Let the holder's claims of these deliveries last for another life.

        Deliveries that it has no longer claimed are ignored.
        """
        ...

    async def held(self, deliveries: Sequence[Delivery], holder: str) -> Sequence[Delivery]:
        """Return those of these deliveries that the holder still claims, and lock them.

        Until the end of the transaction nobody else can claim them, although a claim may end.
        """
        ...

    async def release(self, queue: Queue, holder: str) -> None:
        """End all claims of a holder in a queue."""
        ...

    async def oldest(self) -> datetime | None:
        """Return when the event of the oldest live delivery occurred, or None if nothing waits."""
        ...


class DeadLetters(Protocol):
    """Dead letters: deliveries that failed after all retries."""

    async def page(self, request: PageRequest, queue: Queue | None = None) -> Page[Delivery]:
        """Return a page of dead letters, newest first: all, or those of a queue."""
        ...

    async def replay(self, delivery_id: MessageId, at: datetime) -> Delivery:
        """Make a dead letter due at `at`, with its attempts reset, and return it. Raises NotFound.

        It opens a transaction if there is none.
        """
        ...
