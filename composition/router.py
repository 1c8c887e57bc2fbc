"""Routes of messages to use cases."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from ..ports.language.challenges import ChallengeKind
from ..ports.language.consumers import Consumer, Effect
from ..ports.language.events import (
    ChallengeRequested,
    CostsRose,
    DisputeCheckDue,
    EmailChanged,
    Event,
    NotificationRequested,
    OrderAuthFailed,
    OrderCancelled,
    OrderRefundGranted,
    PaymentMethodRemoved,
    PaymentOverdue,
    PaymentRequested,
    PayoutAccountChanged,
    PayoutDue,
    PenaltyExcused,
    PriceDropped,
    QuotesWithdrawn,
    SecurityChanged,
    WebhookEndpointDisabled,
    WebhookHinted,
)
from ..ports.language.messages import Message, Queue
from ..ports.language.notifications import Channel

E = TypeVar("E", bound=Event)
E_contra = TypeVar("E_contra", bound=Event, contravariant=True)


class _OfSeveral(Protocol[E_contra]):
    async def __call__(self, *events: E_contra) -> None: ...


@dataclass(frozen=True, slots=True)
class Router:
    """Turns routes into consumers, in the role of a queue.

    Failed messages and those for another process wait in this queue, unless a route names the queue
    of a slow consumer.
    """

    queue: Queue

    def inside(
        self,
        event: type[E],
        name: str,
        use_case: Callable[[E], Awaitable[None]],
    ) -> Consumer:
        """Route to a use case that only writes to the store. Its effect happens once."""
        return self._consumer(event, name, use_case, Effect.INSIDE)

    def outside(
        self, event: type[E], name: str, use_case: Callable[[E], Awaitable[None]]
    ) -> Consumer:
        """Route to a use case that calls external services, for which no transaction may wait.

        The use case must be idempotent. The inbox avoids repetitions.
        """
        return self._consumer(event, name, use_case, Effect.OUTSIDE)

    def repeatable(
        self,
        event: type[E],
        name: str,
        use_case: Callable[[E], Awaitable[None]],
        *,
        persists: bool = False,
    ) -> Consumer:
        """Route to an idempotent use case that is cheaper to repeat than to record.

        One that `persists` is retried without limit while something is unavailable.
        """
        return self._consumer(event, name, use_case, Effect.REPEATABLE, persists=persists)

    def together(
        self, name: str, use_case: _OfSeveral[E], *events: type[E]
    ) -> tuple[Consumer, ...]:
        """Route like `inside`, several events at once."""
        return self._together(name, use_case, *events)

    def told(self, name: str, use_case: _OfSeveral[E], *events: type[E]) -> tuple[Consumer, ...]:
        """Route like `together`, through the queue of notifications."""
        return self._together(name, use_case, *events, queue=Queue.LETTERS, turn=_user_of)

    def queued(
        self,
        event: type[E],
        name: str,
        use_case: Callable[[E], Awaitable[None]],
        *,
        again: Callable[[E], Awaitable[None]] | None = None,
    ) -> Consumer:
        """Route through the queue of notifications to a slow use case that calls external services.

        The use case must be idempotent. `again`, if given, is called after a failed attempt. If a
        messenger is unavailable, the use case decides how long it is retried.
        """
        return self._consumer(
            event,
            name,
            use_case,
            Effect.OUTSIDE,
            queue=Queue.LETTERS,
            turn=_user_of,
            queue_of=_queue_of_channel,
            persists=True,
            handle_again=None if again is None else _handler(event, again),
        )

    def persistent(
        self, queue: Queue, event: type[E], name: str, use_case: Callable[[E], Awaitable[None]]
    ) -> Consumer:
        """Route through a queue in which buyers or sellers take turns.

        If the provider is unavailable, the call is retried without limit.
        """
        return self._consumer(
            event, name, use_case, Effect.OUTSIDE, queue=queue, turn=_party_of, persists=True
        )

    def _together(
        self, name: str, use_case: _OfSeveral[E], *events: type[E], **fields: Any
    ) -> tuple[Consumer, ...]:
        async def handle_all(messages: Sequence[Message]) -> None:
            await use_case(*(_event(message, *events) for message in messages))

        fields["handle_all"] = handle_all
        return tuple(
            self._consumer(event, name, use_case, Effect.INSIDE, **fields) for event in events
        )

    def _consumer(
        self,
        event: type[E],
        name: str,
        use_case: Callable[[E], Awaitable[None]],
        effect: Effect,
        *,
        queue: Queue | None = None,
        **fields: Any,
    ) -> Consumer:
        subject, handle = event.SUBJECT, _handler(event, use_case)
        return Consumer(f"{name}:{subject}", subject, handle, queue or self.queue, effect, **fields)


def _handler(
    event: type[E], use_case: Callable[[E], Awaitable[None]]
) -> Callable[[Message], Awaitable[None]]:
    async def handle(message: Message) -> None:
        await use_case(_event(message, event))

    return handle


def _event(message: Message, *events: type[E]) -> E:
    assert isinstance(message.event, events), message
    return message.event


def _party_of(event: Event) -> str:
    match event:
        case PaymentRequested() | PaymentOverdue():
            return str(event.buyer_id)
        case OrderCancelled() | OrderAuthFailed() | OrderRefundGranted():
            return str(event.buyer_id)
        case PayoutDue() | PenaltyExcused():
            return str(event.seller_id)
        case PayoutAccountChanged() | PaymentMethodRemoved():
            return str(event.user_id)
        case DisputeCheckDue() | WebhookHinted():
            return event.reference
        case _:
            return ""


def _queue_of_channel(event: Event) -> Queue:
    if isinstance(event, NotificationRequested):
        return _QUEUES.get(event.channel, Queue.LETTERS)
    if isinstance(event, ChallengeRequested):
        return Queue.TEXTS if event.kind is ChallengeKind.PHONE else Queue.MAILS
    is_mail = isinstance(event, EmailChanged | SecurityChanged)
    return Queue.MAILS if is_mail else Queue.LETTERS


_QUEUES = {Channel.EMAIL: Queue.MAILS, Channel.SMS: Queue.TEXTS, Channel.PUSH: Queue.PUSHES}


def _user_of(event: Event) -> str:
    of_a_user = NotificationRequested | PriceDropped | QuotesWithdrawn | CostsRose
    if isinstance(
        event, of_a_user | ChallengeRequested | SecurityChanged | WebhookEndpointDisabled
    ):
        return str(event.user_id or "")
    return ""


def in_turn(*use_cases: Callable[[E], Awaitable[None]]) -> Callable[[E], Awaitable[None]]:
    """Return a use case that runs these one after the other. If one fails, all are repeated."""

    async def do(event: E) -> None:
        for use_case in use_cases:
            await use_case(event)

    return do
