"""Verify messages."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from ...ports.clock import Clock
from ...ports.integrity import Report, Snapshot, Verifier
from ...ports.language.consumers import Consumer, Effect
from ...ports.language.events import OrderRelated
from ...ports.language.ids import OrderId
from ...ports.language.integrity import Check, Finding, Progress, WaitingMessage
from ...ports.language.messages import Queue

_PAGE = 500


@dataclass(frozen=True, slots=True)
class VerifyMessages(Verifier):
    """Checks that each waiting message can be read, and will reach its consumer.

    A delivery waits in the queue of an existing consumer of its subject, its turn is in the line,
    and the consumer has not handled it already. The order that a message is about exists.
    """

    consumers: Sequence[Consumer]
    clock: Clock

    async def __call__(self, snapshot: Snapshot) -> AsyncIterator[Report]:
        """Yield progress, and messages that cannot reach their consumer. Raises Unavailable."""
        total, done = (await snapshot.size()).messages, 0
        judge = _Judge({consumer.name: consumer for consumer in self.consumers}, self.clock)
        yield Progress("messages", 0, total)
        after, outbox = await snapshot.messages(0, _PAGE)
        while outbox:
            for finding in await judge.findings(snapshot, outbox):
                yield finding
            done += len(outbox)
            yield Progress("messages", done, total)
            after, outbox = await snapshot.messages(after, _PAGE)
        deliveries = await snapshot.deliveries(None, _PAGE)
        while deliveries:
            for finding in await judge.findings(snapshot, deliveries):
                yield finding
            done += len(deliveries)
            yield Progress("messages", done, total)
            deliveries = await snapshot.deliveries(deliveries[-1].id, _PAGE)


@dataclass(slots=True)
class _Judge:
    """Judges messages, page by page."""

    consumers: Mapping[str, Consumer]
    clock: Clock
    by_subject: Mapping[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        subjects: defaultdict[str, list[str]] = defaultdict(list)
        for consumer in self.consumers.values():
            subjects[consumer.subject].append(consumer.name)
        self.by_subject = subjects

    async def findings(self, snapshot: Snapshot, page: Sequence[WaitingMessage]) -> list[Finding]:
        orders = {id_ for message in page if (id_ := _order_of(message)) is not None}
        unknown = await snapshot.unknown_orders(orders)
        return [
            Finding(Check.MESSAGES, _named(message), problem)
            for message in page
            for problem in (*_event_problems(message, unknown), *self._delivery_problems(message))
        ]

    def _delivery_problems(self, message: WaitingMessage) -> Iterator[str]:
        if message.consumer is None:
            return
        if not message.is_dead:
            yield from self._line_problems(message)
        consumer = self.consumers.get(message.consumer)
        if consumer is None:
            if not message.is_dead:
                yield f"there is no consumer {message.consumer}"
            return
        if consumer.subject != message.subject:
            yield (
                f"its consumer {consumer.name} handles {consumer.subject}; {message.subject} is "
                f"handled by {', '.join(self.by_subject.get(message.subject, ['nobody']))}"
            )
        if message.is_noted and not message.is_dead and _is_done_when_noted(consumer):
            yield "it waits; it should be gone, for the inbox says that it was handled"

    def _line_problems(self, message: WaitingMessage) -> Iterator[str]:
        due_at = message.due_at
        if message.queue not in set(Queue):
            yield f"it waits in {message.queue}, which is no queue"
        if message.turn_is_due_at is None:
            yield "its turn is not in the line of its queue, so that nobody takes it"
        elif due_at is not None and message.turn_is_due_at > max(self.clock.now(), due_at):
            yield f"its turn comes at {message.turn_is_due_at}; it should come by {due_at}"


def _event_problems(message: WaitingMessage, unknown: Set[OrderId]) -> Iterator[str]:
    event = message.event
    if event is None:
        yield f"it cannot be read: {message.error}"
        return
    if message.key != event.key:
        yield f"its key is {message.key}; it should be {event.key}"
    if (order_id := _order_of(message)) in unknown:
        yield f"it is about order {order_id}, which does not exist"


def _order_of(message: WaitingMessage) -> OrderId | None:
    return message.event.order_id if isinstance(message.event, OrderRelated) else None


def _is_done_when_noted(consumer: Consumer) -> bool:
    """Whether the note in the inbox and the end of the delivery are one transaction."""
    return consumer.effect is Effect.INSIDE and not consumer.queue.is_for_slow_consumers


def _named(message: WaitingMessage) -> str:
    if message.consumer is None:
        return f"message {message.id} ({message.subject})"
    return f"delivery {message.id} of {message.subject} to {message.consumer}"
