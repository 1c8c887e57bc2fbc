"""Attempts: a consumer is called, and what follows if it fails."""

import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from typing import Any, NamedTuple

from ...ports.clock import Clock
from ...ports.event_bus import Consumer
from ...ports.language.errors import Refusal, Unavailable
from ...ports.language.messages import Delivery, Message
from ...ports.randomness import Randomness
from .retry_policy import RetryPolicy

_log = logging.getLogger(__name__)

_MAX_ERROR = 500


class Failure(NamedTuple):
    """What an attempt ended in, and after how many of them at most it is given up (None: never)."""

    error: str
    most: int | None


class Attempts:
    """Calls consumers, and decides when a delivery that failed is tried again, if at all."""

    def __init__(self, policy: RetryPolicy, clock: Clock, randomness: Randomness) -> None:
        self._policy = policy
        self._clock = clock
        self._randomness = randomness

    async def make(
        self,
        consumer: Consumer,
        message: Message,
        *,
        within: Callable[[], AbstractAsyncContextManager[Any]] = nullcontext,
    ) -> Failure | None:
        """Hand a message to a consumer and return what went wrong, if anything did.

        `within` is a block around the call that a failure leaves by its exception.
        """
        try:
            async with within():
                await consumer.handle(message)
        except Exception as error:  # noqa: BLE001  # by contract, whatever is raised
            # A refusal may pass (something is unavailable); anything else is a bug to be found.
            bug = None if isinstance(error, Refusal) else error
            _log.warning(
                "%s failed on %s %s: %s", consumer.name, message.subject, message.id, error,
                exc_info=bug,
            )  # fmt: skip
            will_pass = consumer.persists and isinstance(error, Unavailable)
            return Failure(
                f"{type(error).__name__}: {error}"[:_MAX_ERROR],
                most=None if will_pass else self._policy.max_attempts,
            )
        return None

    def failed(self, delivery: Delivery, failure: Failure) -> Delivery:
        """Return a delivery as it is after one more failure: when to try it again, if at all."""
        attempts = delivery.attempts + 1
        delay = self._policy.delay(attempts, self._randomness.fraction())
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
