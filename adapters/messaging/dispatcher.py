"""The dispatcher: hands messages to consumers, and keeps what waits or failed in the store."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from ...ports.clock import Clock
from ...ports.event_bus import Consumer, Deliveries, Effect
from ...ports.ids import Ids
from ...ports.language.ids import MessageId
from ...ports.language.messages import Delivery, Message, Queue
from ...ports.language.process_roles import ProcessRole
from ...ports.outbox import Inbox, Note
from ...ports.randomness import Randomness
from ...ports.transaction import Transaction
from .attempts import Attempts, Failure
from .queue_workers import QueueWorkers
from .retry_policy import RetryPolicy

_WORKERS = 4
"""How many deliveries of a queue are tried at once unless it is told."""
_RETRIED_AT_ONCE = 16
"""How many deliveries are tried at once in the queue of consumers that are not slow."""

_Pair: TypeAlias = tuple[Consumer, Message]


@dataclass(slots=True)
class _Outcome:
    """What became of messages, to be written to the store at once."""

    handled: set[Note] = field(default_factory=set)
    joining: list[Delivery] = field(default_factory=list)
    """What joins a queue."""
    failed: list[Delivery] = field(default_factory=list)


class Dispatcher:
    """Hands each message to the consumers of its subject, which handle it once.

    A bus brings the messages; this is what every bus does with them. Other consumers of a message
    do not wait for the one that fails: its delivery is kept in the store and tried again, and
    becomes a dead letter in the end. For a slow consumer, and for one in another process, the
    message is kept in the store at once, and tried by one of its queue's workers.

    What is dispatched together is handled by consumers that are `inside` in one transaction, in a
    savepoint each. The same transaction notes in the inbox what was handled, and keeps what failed
    and what waits in queues.
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
        """Describe a dispatcher; `workers`: how many deliveries of each queue are tried at once."""
        self._transaction = transaction
        self._inbox = inbox
        self._deliveries = deliveries
        self._clock = clock
        self._ids = ids
        self._attempts = Attempts(policy or RetryPolicy(), clock, randomness)
        self._dispatching = 0
        """How many portions are under way of which something concerns more than letters."""
        self._by_name: dict[str, Consumer] = {}
        self._elsewhere: set[str] = set()
        """The names of consumers in other processes."""
        self._by_subject: defaultdict[str, list[Consumer]] = defaultdict(list)
        numbers = {queue: _workers_unless_told(queue) for queue in Queue} | dict(workers or {})
        self._queues = {queue: self._workers_of(queue, number) for queue, number in numbers.items()}

    def subscribe(self, consumer: Consumer, *, here: bool) -> None:
        """Register a consumer, `here` or in another process. Names are unique (AssertionError)."""
        assert consumer.name not in self._by_name, f"two consumers are named {consumer.name}"
        self._by_name[consumer.name] = consumer
        if not here:
            self._elsewhere.add(consumer.name)
        self._by_subject[consumer.subject].append(consumer)

    # ---- messages ------------------------------------------------------------------------

    async def dispatch(self, messages: Sequence[Message]) -> None:
        """Return once each consumer has handled the messages, or they are kept for it.

        A consumer gets the messages of one key in this order. Raises Unavailable.
        """
        assert not self._transaction.is_open, "each consumer has its own transaction"
        coming = [(c, m) for m in messages for c in self._by_subject.get(m.subject, ())]
        if not coming:
            return
        trades = any(consumer.queue is not Queue.LETTERS for consumer, _ in coming)
        self._dispatching += trades
        try:
            await self._dispatch(coming)
        finally:
            self._dispatching -= trades

    async def _dispatch(self, coming: Sequence[_Pair]) -> None:
        stored = [pair for pair in coming if self._is_in_store(pair[0])]
        if stored:
            await self._handle_in_store(stored)
        called = [pair for pair in coming if not self._is_in_store(pair[0])]
        if called:
            await self._handle_outside(called)

    async def _handle_in_store(self, pairs: Sequence[_Pair]) -> None:
        """Let consumers handle messages, or have them wait in queues, all in one transaction."""
        async with self._transaction():
            noted = await self._noted(pairs)
            outcome = _Outcome()
            for consumer, message in pairs:
                note = (consumer.name, message.id)
                if note in noted or note in outcome.handled:
                    continue
                if self._waits(consumer):
                    outcome.joining.append(self._fresh(consumer, message))
                    if not consumer.queue.is_for_slow_consumers:
                        continue  # it is noted by whoever handles it
                elif failure := await self._attempt_inside(consumer, message):
                    outcome.failed.append(self._failed(consumer, message, failure))
                    continue
                outcome.handled.add(note)
            await self._write(outcome)
        self._tell(outcome.joining)

    async def _handle_outside(self, pairs: Sequence[_Pair]) -> None:
        """Call consumers outside any transaction: those of one key in turn, of others at once."""
        noted = await self._noted([pair for pair in pairs if pair[0].effect is Effect.OUTSIDE])
        by_key: defaultdict[str, list[_Pair]] = defaultdict(list)
        for consumer, message in pairs:
            if (consumer.name, message.id) not in noted:
                by_key[message.key].append((consumer, message))
        outcome = _Outcome()
        await asyncio.gather(*(self._call(called, outcome) for called in by_key.values()))
        if outcome.handled or outcome.failed:
            async with self._transaction():
                await self._write(outcome)

    async def _call(self, pairs: Sequence[_Pair], outcome: _Outcome) -> None:
        for consumer, message in pairs:
            if failure := await self._attempts.make(consumer, message):
                outcome.failed.append(self._failed(consumer, message, failure))
            elif consumer.effect is Effect.OUTSIDE:
                outcome.handled.add((consumer.name, message.id))

    async def _noted(self, pairs: Sequence[_Pair]) -> Collection[Note]:
        """Return what the inbox says of these messages."""
        return await self._inbox.notes_of({message.id for _, message in pairs}) if pairs else ()

    async def _write(self, outcome: _Outcome) -> None:
        await self._inbox.note(outcome.handled, self._clock.now())
        await self._deliveries.add(outcome.joining)
        for delivery in outcome.failed:
            await self._deliveries.put(delivery)

    async def _attempt_inside(self, consumer: Consumer, message: Message) -> Failure | None:
        return await self._attempts.make(consumer, message, within=self._transaction.savepoint)

    def _is_in_store(self, consumer: Consumer) -> bool:
        """Whether a message that is dispatched to a consumer is a matter of the store alone."""
        return consumer.effect is Effect.INSIDE or self._waits(consumer)

    def _waits(self, consumer: Consumer) -> bool:
        """Whether a message to a consumer waits in its queue before anything is tried."""
        return consumer.queue.is_for_slow_consumers or consumer.name in self._elsewhere

    # ---- deliveries ----------------------------------------------------------------------

    async def work_off(self, queue: Queue) -> int:
        """Try all that is due in a queue; see EventBus."""
        assert not self._transaction.is_open, "each consumer has its own transaction"
        return await self._queues[queue].drain()

    async def work(self, queue: Queue) -> None:
        """Try what is in a queue as soon as it is due, until cancelled; see EventBus."""
        await self._queues[queue].run()

    def _workers_of(self, queue: Queue, workers: int) -> QueueWorkers:
        async def first(limit: int) -> Sequence[Delivery]:
            return await self._deliveries.first_in(queue, self._clock.now(), limit)

        async def longest_due() -> Delivery | None:
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
        return self._dispatching > 0 or any(
            workers.is_at_work
            for queue, workers in self._queues.items()
            if queue.role is not ProcessRole.LETTERS
        )

    async def _try(self, delivery: Delivery) -> bool:
        """Try a delivery once, and store when to try it again if it fails.

        Return whether it is done and still stored.
        """
        consumer = self._by_name.get(delivery.consumer)
        if consumer is None:
            gone = Failure("there is no such consumer any more", most=0)
            await self._put(self._attempts.failed(delivery, gone))
            return False
        if consumer.name in self._elsewhere:
            await self._put(self._placed(consumer, delivery))
            return False
        if consumer.effect is Effect.INSIDE:
            await self._try_inside(consumer, delivery)
            return False
        return await self._try_outside(consumer, delivery)

    async def _try_inside(self, consumer: Consumer, delivery: Delivery) -> None:
        async with self._transaction():
            if not await self._is_done(consumer, delivery):
                if failure := await self._attempt_inside(consumer, delivery.message):
                    await self._deliveries.put(self._again(consumer, delivery, failure))
                    return
                await self._note(consumer, delivery)
            await self._deliveries.remove([delivery])

    async def _try_outside(self, consumer: Consumer, delivery: Delivery) -> bool:
        if not await self._is_done(consumer, delivery):
            if failure := await self._attempts.make(consumer, delivery.message):
                await self._put(self._again(consumer, delivery, failure))
                return False
            if _is_noted_when_done(consumer):
                async with self._transaction():
                    await self._note(consumer, delivery)
        return True

    async def _is_done(self, consumer: Consumer, delivery: Delivery) -> bool:
        """Whether the inbox says so. What joined a queue was noted then, and says nothing."""
        if not _is_noted_when_done(consumer):
            return False
        return await self._inbox.contains(consumer.name, delivery.message.id)

    async def _note(self, consumer: Consumer, delivery: Delivery) -> None:
        if _is_noted_when_done(consumer):
            await self._inbox.note([(consumer.name, delivery.message.id)], self._clock.now())

    async def _remove(self, delivered: Sequence[Delivery]) -> None:
        async with self._transaction():
            await self._deliveries.remove(delivered)

    async def _put(self, delivery: Delivery) -> None:
        async with self._transaction():
            await self._deliveries.put(delivery)

    def _fresh(self, consumer: Consumer, message: Message) -> Delivery:
        return Delivery(
            id=MessageId(self._ids.new()),
            consumer=consumer.name,
            message=message,
            attempts=0,
            due_at=self._clock.now(),
            error="",
            queue=consumer.queue,
            priority=consumer.priority(message.event),
            turn=_turn_of(consumer, message),
        )

    def _placed(self, consumer: Consumer, delivery: Delivery) -> Delivery:
        """Return a delivery where its consumer's wait now, if they did not always."""
        return replace(
            delivery,
            queue=consumer.queue,
            priority=consumer.priority(delivery.message.event),
            turn=_turn_of(consumer, delivery.message),
        )

    def _failed(self, consumer: Consumer, message: Message, failure: Failure) -> Delivery:
        return self._attempts.failed(self._fresh(consumer, message), failure)

    def _again(self, consumer: Consumer, delivery: Delivery, failure: Failure) -> Delivery:
        return self._attempts.failed(self._placed(consumer, delivery), failure)

    def _tell(self, deliveries: Sequence[Delivery]) -> None:
        """Say which queues have something new."""
        by_queue: defaultdict[Queue, list[Delivery]] = defaultdict(list)
        for delivery in deliveries:
            by_queue[delivery.queue].append(delivery)
        for queue, of_queue in by_queue.items():
            self._queues[queue].tell(of_queue)


def _workers_unless_told(queue: Queue) -> int:
    return _WORKERS if queue.is_for_slow_consumers else _RETRIED_AT_ONCE


def _turn_of(consumer: Consumer, message: Message) -> str:
    """Return the turn of a delivery: messages that do not all wait keep the order of their key."""
    if consumer.queue.is_for_slow_consumers:
        return consumer.turn(message.event)
    return message.key


def _is_noted_when_done(consumer: Consumer) -> bool:
    """Whether the inbox notes what a consumer has handled, and not what joined its queue."""
    return not consumer.queue.is_for_slow_consumers and consumer.effect is not Effect.REPEATABLE
