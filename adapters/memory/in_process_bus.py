"""An event bus within one process."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from ...ports.clock import Clock
from ...ports.event_bus import Consumer, Deliveries, EventBus
from ...ports.ids import Ids
from ...ports.language.errors import Refusal
from ...ports.language.ids import MessageId
from ...ports.language.messages import Delivery, Message
from ...ports.randomness import Randomness
from ...ports.transaction import Transaction

_log = logging.getLogger(__name__)

_MAX_ERROR = 500
_REDELIVERED_AT_ONCE = 100
_ROUNDS = 16
"""How many queued deliveries a worker tries before new ones are looked for."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how soon a failed delivery is tried again."""

    max_attempts: int = 15
    first_delay: timedelta = timedelta(seconds=1)
    factor: float = 2.0
    max_delay: timedelta = timedelta(minutes=5)

    def __post_init__(self) -> None:
        delays_grow = timedelta(0) < self.first_delay <= self.max_delay and self.factor >= 1
        if self.max_attempts < 1 or not delays_grow:
            raise ValueError(f"not a policy to retry by: {self}")

    def delay(self, attempts: int, fraction: float) -> timedelta:
        """Return how long to wait after so many tries.

        It is between half of the backoff and all of it, as `fraction` (0 to 1) has it, so that
        deliveries that failed together are not all tried again together.
        """
        # A power that is beyond any delay would overflow: the cap is reached long before.
        growth = self.factor ** min(attempts - 1, 64)
        backoff = min(self.first_delay.total_seconds() * growth, self.max_delay.total_seconds())
        return timedelta(seconds=backoff * (1 + fraction) / 2)


class InProcessBus(EventBus):
    """Calls each consumer in turn, and keeps what one could not handle in the store, to retry it.

    Other consumers of the message do not wait for the one that fails. For a queued consumer the
    message is kept in the store at once, and tried by one of `workers`.
    """

    def __init__(
        self,
        *,
        transaction: Transaction,
        deliveries: Deliveries,
        clock: Clock,
        ids: Ids,
        randomness: Randomness,
        policy: RetryPolicy | None = None,
        workers: int = 4,
    ) -> None:
        if workers < 1:
            raise ValueError(f"a bus needs at least one worker, not {workers}")
        self._transaction = transaction
        self._deliveries = deliveries
        self._clock = clock
        self._ids = ids
        self._randomness = randomness
        self._policy = policy or RetryPolicy()
        self._workers = workers
        self._coming: dict[MessageId, Delivery] = {}
        """What is about to be stored for queued consumers."""
        self._enqueuing = asyncio.Lock()
        self._by_name: dict[str, Consumer] = {}
        self._by_subject: defaultdict[str, list[Consumer]] = defaultdict(list)

    def subscribe(self, consumer: Consumer) -> None:
        assert consumer.name not in self._by_name, f"two consumers are named {consumer.name}"
        self._by_name[consumer.name] = consumer
        self._by_subject[consumer.subject].append(consumer)

    async def publish(self, message: Message) -> None:
        assert not self._transaction.is_open, "each consumer has its own transaction"
        for consumer in self._by_subject.get(message.subject, ()):
            if consumer.queued:
                await self._enqueue(self._first(consumer, message))
            elif (error := await self._failure(consumer, message)) is not None:
                await self._park(self._first(consumer, message), error)

    async def redeliver(self) -> int:
        return await self._try_due(_REDELIVERED_AT_ONCE, queued=False, workers=1)

    async def work_off(self) -> int:
        return await self._try_due(self._workers * _ROUNDS, queued=True, workers=self._workers)

    async def _try_due(self, limit: int, *, queued: bool, workers: int) -> int:
        """Have some workers try what is due, and wait until each of them is done."""
        assert not self._transaction.is_open, "each consumer has its own transaction"
        due = await self._deliveries.due(self._clock.now(), limit, queued=queued)
        if not due:
            return 0
        rest, delivered = iter(due), list[Delivery]()
        work = (self._try_each(rest, delivered) for _ in range(min(workers, len(due))))
        outcomes = await asyncio.gather(*work, return_exceptions=True)
        await self._remove(delivered)
        for outcome in outcomes:
            if outcome is not None:
                raise outcome
        return len(due)

    async def _try_each(self, deliveries: Iterator[Delivery], delivered: list[Delivery]) -> None:
        for delivery in deliveries:
            if await self._try(delivery):
                delivered.append(delivery)  # noqa: PERF401  # all before one that raises

    async def _try(self, delivery: Delivery) -> bool:
        """Try a delivery once and return whether it is done; else store when to try it again."""
        consumer = self._by_name.get(delivery.consumer)
        if consumer is None:
            await self._park(delivery, "there is no such consumer any more", dead=True)
            return False
        error = await self._failure(consumer, delivery.message)
        if error is not None:
            await self._park(replace(delivery, queued=consumer.queued), error)
        return error is None

    async def _remove(self, delivered: Sequence[Delivery]) -> None:
        """Forget what was delivered, all at once: each transaction waits for the disk."""
        if delivered:
            async with self._transaction():
                for delivery in delivered:
                    await self._deliveries.remove(delivery.consumer, delivery.message.id)

    def _first(self, consumer: Consumer, message: Message) -> Delivery:
        return Delivery(
            id=MessageId(self._ids.new()),
            consumer=consumer.name,
            message=message,
            attempts=0,
            due_at=self._clock.now(),
            error="",
            queued=consumer.queued,
        )

    async def _failure(self, consumer: Consumer, message: Message) -> str | None:
        """Hand a message to a consumer and return what went wrong, if anything did."""
        try:
            await consumer.handle(message)
        except Exception as error:  # noqa: BLE001  # by contract, whatever is raised
            # A refusal may pass (something is unavailable); anything else is a bug to be found.
            bug = None if isinstance(error, Refusal) else error
            _log.warning(
                "%s failed on %s %s: %s", consumer.name, message.subject, message.id, error,
                exc_info=bug,
            )  # fmt: skip
            return f"{type(error).__name__}: {error}"[:_MAX_ERROR]
        return None

    async def _park(self, delivery: Delivery, error: str, *, dead: bool = False) -> None:
        """Store that a delivery failed once more, and when to try it again, if at all."""
        attempts = delivery.attempts + 1
        delay = self._policy.delay(attempts, self._randomness.fraction())
        failed = replace(
            delivery,
            attempts=attempts,
            due_at=self._clock.now() + delay,
            error=error,
            dead=dead or attempts >= self._policy.max_attempts,
        )
        if failed.dead:
            _log.error(
                "gave up on %s of %s %s after %d tries: %s",
                failed.consumer, failed.message.subject, failed.message.id, attempts, error,
            )  # fmt: skip
        await self._put(failed)

    async def _put(self, *deliveries: Delivery) -> None:
        async with self._transaction():
            for delivery in deliveries:
                await self._deliveries.put(delivery)

    async def _enqueue(self, delivery: Delivery) -> None:
        """Store a delivery together with those that came while another transaction was written."""
        self._coming[delivery.id] = delivery
        try:
            async with self._enqueuing:
                if delivery.id in self._coming:
                    coming = tuple(self._coming.values())
                    await self._put(*coming)
                    for stored in coming:
                        self._coming.pop(stored.id, None)
        finally:
            self._coming.pop(delivery.id, None)
