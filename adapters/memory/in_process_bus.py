"""An event bus within one process."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple

from ...ports.clock import Clock
from ...ports.event_bus import Consumer, Deliveries, EventBus
from ...ports.ids import Ids
from ...ports.language.errors import Refusal, Unavailable
from ...ports.language.ids import MessageId
from ...ports.language.messages import Delivery, Message, Queue
from ...ports.outbox import Inbox
from ...ports.randomness import Randomness
from ...ports.transaction import Transaction
from .queue_workers import QueueWorkers

_log = logging.getLogger(__name__)

_MAX_ERROR = 500
_WORKERS = 4
"""How many deliveries of a queue are tried at once unless it is told."""
_RETRIED_AT_ONCE = 16
"""How many deliveries are tried at once of those that failed and are in no queue."""


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


class _Failure(NamedTuple):
    """What a try ended in, and after how many of them at most it is given up (None: never)."""

    error: str
    most: int | None


class InProcessBus(EventBus):
    """Calls each consumer in turn, and keeps what one could not handle in the store, to retry it.

    Other consumers of the message do not wait for the one that fails. For a consumer with a queue
    the message is kept in the store at once, and tried by one of the queue's workers.

    What is published together is handled by consumers that are `inside` in one transaction, in a
    savepoint each; it also keeps what failed and what waits in queues.
    """

    def __init__(
        self,
        *,
        transaction: Transaction,
        inbox: Inbox,
        deliveries: Deliveries,
        clock: Clock,
        ids: Ids,
        randomness: Randomness,
        policy: RetryPolicy | None = None,
        workers: Mapping[Queue, int] | None = None,
    ) -> None:
        """Describe a bus; `workers` says how many deliveries of each queue are tried at once."""
        self._transaction = transaction
        self._inbox = inbox
        self._deliveries = deliveries
        self._clock = clock
        self._ids = ids
        self._randomness = randomness
        self._policy = policy or RetryPolicy()
        self._publishing = 0
        """How many portions are being published of which something concerns more than letters."""
        self._by_name: dict[str, Consumer] = {}
        self._by_subject: defaultdict[str, list[Consumer]] = defaultdict(list)
        self._retries = self._workers_of(None, _RETRIED_AT_ONCE)
        self._queues = {
            queue: self._workers_of(queue, (workers or {}).get(queue, _WORKERS)) for queue in Queue
        }

    def subscribe(self, consumer: Consumer) -> None:
        assert consumer.name not in self._by_name, f"two consumers are named {consumer.name}"
        self._by_name[consumer.name] = consumer
        self._by_subject[consumer.subject].append(consumer)

    async def publish(self, *messages: Message) -> None:
        assert not self._transaction.is_open, "each consumer has its own transaction"
        coming = [(c, m) for m in messages for c in self._by_subject.get(m.subject, ())]
        trades = any(consumer.queue is not Queue.LETTERS for consumer, _ in coming)
        self._publishing += trades
        try:
            await self._hand_over(coming)
        finally:
            self._publishing -= trades

    async def _hand_over(self, coming: Sequence[tuple[Consumer, Message]]) -> None:
        stored = [pair for pair in coming if pair[0].inside or pair[0].queue is not None]
        if stored:
            await self._handle_in_store(stored)
        called: defaultdict[str, list[tuple[Consumer, Message]]] = defaultdict(list)
        for consumer, message in coming:
            if not consumer.inside and consumer.queue is None:
                called[message.key].append((consumer, message))
        await asyncio.gather(*map(self._call, called.values()))

    async def work_off(self, queue: Queue | None) -> int:
        assert not self._transaction.is_open, "each consumer has its own transaction"
        return await self._at_work_on(queue).drain()

    async def work(self, queue: Queue | None) -> None:
        await self._at_work_on(queue).run()

    def _at_work_on(self, queue: Queue | None) -> QueueWorkers:
        return self._retries if queue is None else self._queues[queue]

    def _workers_of(self, queue: Queue | None, workers: int) -> QueueWorkers:
        async def first(limit: int) -> Sequence[Delivery]:
            now = self._clock.now()
            if queue is None:
                return await self._deliveries.due(now, limit)
            return await self._deliveries.first_in(queue, now, limit)

        async def longest_due() -> Delivery | None:
            if queue is None:
                return None  # these go by their age anyway
            return await self._deliveries.longest_due_in(queue, self._clock.now())

        return QueueWorkers(
            first=first,
            longest_due=longest_due,
            attempt=self._try,
            forget=self._remove,
            clock=self._clock,
            workers=workers,
            gives_way=self._is_trading if queue is Queue.LETTERS else lambda: False,
        )

    def _is_trading(self) -> bool:
        """Whether trades are under way, to which letters give way."""
        return self._publishing > 0 or any(
            workers.is_at_work
            for queue, workers in self._queues.items()
            if queue is not Queue.LETTERS
        )

    async def _handle_in_store(self, pairs: Sequence[tuple[Consumer, Message]]) -> None:
        """Let consumers handle messages, or have them wait in queues, all in one transaction."""
        queued: list[Delivery] = []
        async with self._transaction():
            for consumer, message in pairs:
                if consumer.queue is None:
                    failure = await self._failure(consumer, message)
                    if failure is not None:
                        await self._deliveries.put(
                            self._failed(self._fresh(consumer, message), failure)
                        )
                elif await self._inbox.record(consumer.name, message.id, self._clock.now()):
                    queued.append(self._fresh(consumer, message))
                    await self._deliveries.put(queued[-1])
        self._tell(queued)

    async def _call(self, pairs: Sequence[tuple[Consumer, Message]]) -> None:
        """Call consumers that are not inside, one after the other."""
        for consumer, message in pairs:
            if (failure := await self._failure(consumer, message)) is not None:
                await self._put(self._failed(self._fresh(consumer, message), failure))

    async def _try(self, delivery: Delivery) -> bool:
        """Try a delivery once, and store when to try it again if it fails.

        Return whether it is done and still stored.
        """
        consumer = self._by_name.get(delivery.consumer)
        if consumer is None:
            gone = _Failure("there is no such consumer any more", most=0)
            await self._put(self._failed(delivery, gone))
            return False
        if consumer.inside:
            await self._try_inside(consumer, delivery)
            return False
        failure = await self._failure(consumer, delivery.message)
        if failure is not None:
            await self._put(self._failed(_in_queue_of(consumer, delivery), failure))
        return failure is None

    async def _try_inside(self, consumer: Consumer, delivery: Delivery) -> None:
        async with self._transaction():
            failure = await self._failure(consumer, delivery.message)
            if failure is None:
                await self._deliveries.remove(delivery.consumer, delivery.message.id)
            else:
                await self._deliveries.put(self._failed(_in_queue_of(consumer, delivery), failure))

    async def _remove(self, delivered: Sequence[Delivery]) -> None:
        async with self._transaction():
            for delivery in delivered:
                await self._deliveries.remove(delivery.consumer, delivery.message.id)

    def _fresh(self, consumer: Consumer, message: Message) -> Delivery:
        delivery = Delivery(
            id=MessageId(self._ids.new()),
            consumer=consumer.name,
            message=message,
            attempts=0,
            due_at=self._clock.now(),
            error="",
        )
        return _in_queue_of(consumer, delivery)

    async def _failure(self, consumer: Consumer, message: Message) -> "_Failure | None":
        """Hand a message to a consumer and return what went wrong, if anything did."""
        try:
            if consumer.inside:
                await self._handle_once(consumer, message)
            else:
                await consumer.handle(message)
        except Exception as error:  # noqa: BLE001  # by contract, whatever is raised
            # A refusal may pass (something is unavailable); anything else is a bug to be found.
            bug = None if isinstance(error, Refusal) else error
            _log.warning(
                "%s failed on %s %s: %s", consumer.name, message.subject, message.id, error,
                exc_info=bug,
            )  # fmt: skip
            will_pass = consumer.persists and isinstance(error, Unavailable)
            return _Failure(
                f"{type(error).__name__}: {error}"[:_MAX_ERROR],
                most=None if will_pass else self._policy.max_attempts,
            )
        return None

    async def _handle_once(self, consumer: Consumer, message: Message) -> None:
        async with self._transaction.savepoint():
            waited = consumer.queue is not None  # noted when it joined the queue
            if waited or await self._inbox.record(consumer.name, message.id, self._clock.now()):
                await consumer.handle(message)

    def _failed(self, delivery: Delivery, failure: "_Failure") -> Delivery:
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

    async def _put(self, delivery: Delivery) -> None:
        async with self._transaction():
            await self._deliveries.put(delivery)

    def _tell(self, deliveries: Sequence[Delivery]) -> None:
        """Say which queues have something new."""
        by_queue: defaultdict[Queue | None, list[Delivery]] = defaultdict(list)
        for delivery in deliveries:
            by_queue[delivery.queue].append(delivery)
        for queue, of_queue in by_queue.items():
            self._at_work_on(queue).tell(of_queue)


def _in_queue_of(consumer: Consumer, delivery: Delivery) -> Delivery:
    """Return the delivery as its consumer's deliveries wait now, if they did not always."""
    event = delivery.message.event
    return replace(
        delivery,
        queue=consumer.queue,
        priority=consumer.priority(event),
        turn=consumer.turn(event),
    )
