"""Attempts to deliver a message to a consumer, and their failures."""

import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from typing import Any, NamedTuple

from ...ports.clock import Clock
from ...ports.language.consumers import Consumer
from ...ports.language.errors import Refusal, Unavailable, with_cause
from ...ports.language.messages import Delivery, Message
from ...ports.language.spans import SpanKind
from ...ports.language.traces import parsed_trace, within
from ...ports.language.tracing import span
from ...ports.randomness import Randomness
from .conflicts import is_conflict
from .message_counts import MessageCounts
from .retry_policy import RetryPolicy

_log = logging.getLogger(__name__)

_MAX_ERROR = 500

TRIES = 3
"""How often an attempt is made at once if it conflicts with other transactions."""


class Failure(NamedTuple):
    """The error of an attempt, and the maximum number of attempts (None: no limit)."""

    error: str
    most: int | None
    is_conflict: bool = False
    is_away: bool = False
    """Whether something else is away, for however long that may be."""
    counts: bool = True
    """Whether it makes the next delay longer."""


class Attempts:
    """Calls consumers, and decides if and when a failed delivery is retried."""

    def __init__(self, policy: RetryPolicy, clock: Clock, randomness: Randomness) -> None:
        self._policy = policy
        self._clock = clock
        self._randomness = randomness
        self.counts = MessageCounts()

    async def call(
        self, consumer: Consumer, message: Message, *, again: bool = False
    ) -> Failure | None:
        """Hand a message to a consumer outside a transaction. Return the failure, or None.

        `again` says whether an earlier attempt failed. A call that conflicts with another
        transaction is repeated.
        """
        failure: Failure | None = None
        for _ in range(TRIES):
            failure = await self.make(consumer, message, again=again)
            if failure is None or not failure.is_conflict:
                break
        return failure

    async def make(
        self,
        consumer: Consumer,
        message: Message,
        *,
        again: bool = False,
        inside: Callable[[], AbstractAsyncContextManager[Any]] = nullcontext,
    ) -> Failure | None:
        """Hand a message to a consumer once. Return the failure, or None.

        `inside` is a context around the call, which an exception of the consumer leaves.
        """
        try:
            async with inside():
                await self.handle(consumer, message, again=again)
        except Exception as error:  # noqa: BLE001  # a consumer may raise anything
            return self.failure(consumer, message, error)
        return None

    async def handle(self, consumer: Consumer, message: Message, *, again: bool) -> None:
        """Hand a message to a consumer once. Raises what the consumer raises."""
        handle = (consumer.handle_again if again else None) or consumer.handle
        with (
            within(parsed_trace(message.trace)),
            span(consumer.name, SpanKind.CONSUMER) as seen,
            self.counts.attempt(consumer, message),
        ):
            seen.tell(subject=message.subject, message_id=str(message.id), key=message.key)
            await handle(message)

    def failure(self, consumer: Consumer, message: Message, error: Exception) -> Failure:
        """Log the error of an attempt, and return it as a failure."""
        # A refusal may be temporary. Anything else is a bug and is logged with its traceback.
        bug = None if isinstance(error, Refusal) else error
        _log.warning(
            "%s failed on %s %s: %s", consumer.name, message.subject, message.id, with_cause(error),
            exc_info=bug,
        )  # fmt: skip
        will_pass = consumer.persists and isinstance(error, Unavailable)
        return Failure(
            f"{type(error).__name__}: {error}"[:_MAX_ERROR],
            most=None if will_pass else self._policy.max_attempts,
            is_conflict=is_conflict(error),
            is_away=will_pass,
        )

    def failed(self, delivery: Delivery, failure: Failure) -> Delivery:
        """Return a delivery after one more failure, with its next due time, or dead."""
        attempts = max(delivery.attempts + failure.counts, 1)
        delay = self._policy.delay(attempts if failure.counts else 1, self._randomness.fraction())
        failed = replace(
            delivery,
            attempts=attempts,
            due_at=self._clock.now() + delay,
            error=failure.error,
            dead=failure.most is not None and attempts >= failure.most,
        )
        if failed.dead:
            _log.error(
                "gave up on %s of %s %s after %d tries: %s",
                failed.consumer, failed.message.subject, failed.message.id, attempts, failed.error,
            )  # fmt: skip
        return failed
