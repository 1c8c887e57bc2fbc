"""The dispatcher: hands messages to consumers, and stores deliveries that wait or failed."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TypeAlias

from ...ports.clock import Clock
from ...ports.event_bus import Deliveries
from ...ports.ids import Ids
from ...ports.language.consumers import Consumer, Effect
from ...ports.language.ids import MessageId
from ...ports.language.messages import Claim, Delivery, Message, Queue
from ...ports.language.process_roles import ProcessRole
from ...ports.outbox import Inbox, Note
from ...ports.randomness import Randomness
from ...ports.transaction import Transaction
from ...ports.wakeups import Wakeups
from .attempts import Attempts, Failure
from .claimed_queue import ClaimedQueue
from .outage import Outage
from .queue_rules import default_workers, is_noted_when_done, queue_of, turn_of
from .queue_workers import QueueWorkers
from .retry_policy import RetryPolicy
from .together import AttemptsTogether, Care, handle_together

_LIFE = timedelta(seconds=10)
"""How long a delivery is claimed, unless the claim is renewed.

After a kill, charges wait for so long, and new bids and asks are refused meanwhile."""

_Pair: TypeAlias = tuple[Consumer, Message]


@dataclass(slots=True)
class _Outcome:
    """The outcome of messages, written to the store together."""

    handled: list[Note] = field(default_factory=list)
    joining: list[Delivery] = field(default_factory=list)
    """Deliveries that join a queue."""
    failed: list[Delivery] = field(default_factory=list)


class Dispatcher:
    """Hands each message to the consumers of its subject, which handle it once.

    Every event bus uses it. If a consumer fails, the others do not wait: the failed delivery is
    stored, retried, and finally becomes a dead letter. A message for a slow consumer, or for one in
    another process, is stored at once and handled by a worker of its queue.

    Consumers that are `inside` handle the messages of one dispatch in one transaction. If one
    fails, it is rolled back, and the others are handled again, with a savepoint each. The same
    transaction records handled messages in the inbox, and stores deliveries that failed or wait in
    queues.
    """

    def __init__(
        self,
        *,
        transaction: Transaction,
        inbox: Inbox,
        deliveries: Deliveries,
        wakeups: Wakeups,
        clock: Clock,
        ids: Ids,
        randomness: Randomness,
        holder: str,
        policy: RetryPolicy | None = None,
        workers: Mapping[Queue, int] | None = None,
    ) -> None:
        """Create a dispatcher that claims deliveries as `holder`, a name that no other has.

        `workers` is the number of concurrent deliveries per queue, or of portions of those that are
        handled in one transaction.
        """
        self._claim = Claim(holder, _LIFE)
        self._transaction = transaction
        self._inbox = inbox
        self._deliveries = deliveries
        self._clock = clock
        self._ids = ids
        self._attempts = Attempts(policy or RetryPolicy(), clock, randomness)
        self._dispatching = 0
        """The number of dispatches under way that are not only about letters."""
        self._by_name: dict[str, Consumer] = {}
        self._elsewhere: set[str] = set()
        """The names of consumers in other processes."""
        self._by_subject: defaultdict[str, list[Consumer]] = defaultdict(list)
        self._outages = {queue: Outage() for queue in Queue if queue.is_of_servers}
        numbers = {queue: default_workers(queue) for queue in Queue} | dict(workers or {})
        self._queues = {queue: self._workers_of(queue, number) for queue, number in numbers.items()}
        self._of_trades = [
            at_work
            for queue, at_work in self._queues.items()
            if queue.role is not ProcessRole.LETTERS
        ]
        self._wakeups = wakeups
        for queue, at_work in self._queues.items():
            wakeups.subscribe(queue, at_work.wake)

    def subscribe(self, consumer: Consumer, *, here: bool) -> None:
        """Register a consumer, `here` or in another process. Names are unique (AssertionError)."""
        assert consumer.name not in self._by_name, f"two consumers are named {consumer.name}"
        self._by_name[consumer.name] = consumer
        if not here:
            self._elsewhere.add(consumer.name)
        self._by_subject[consumer.subject].append(consumer)

    # ---- messages ------------------------------------------------------------------------

    def has_consumers(self, subject: str, role: ProcessRole) -> bool:
        """Return whether a role has consumers of a subject, and they are here."""
        return any(self._is_of(role, consumer) for consumer in self._by_subject.get(subject, ()))

    def _is_of(self, role: ProcessRole, consumer: Consumer) -> bool:
        return consumer.queue.role is role and consumer.name not in self._elsewhere

    async def dispatch(self, messages: Sequence[Message], role: ProcessRole | None = None) -> None:
        """Return when each consumer has handled the messages or has them stored.

        With a `role`, only its consumers that are here get them. A consumer gets the messages of
        one key in this sequence. Raises Unavailable.
        """
        assert not self._transaction.is_open, "each consumer has its own transaction"
        different = {message.id: message for message in messages}.values()
        coming = [
            (consumer, message)
            for message in different
            for consumer in self._by_subject.get(message.subject, ())
            if role is None or self._is_of(role, consumer)
        ]
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
        """Let consumers handle messages, or put them into queues, in one transaction."""
        handle = partial(self._handle_inside, attempts=self._attempts_together())
        await handle_together(pairs, handle, self._store_failure)

    async def _handle_inside(
        self, pairs: Sequence[_Pair], care: Care, *, attempts: AttemptsTogether
    ) -> Sequence[_Pair]:
        """Handle messages in one transaction; see handle_together."""
        left_out: list[_Pair] = []
        held_back: set[tuple[str, str]] = set()
        """Consumers, and keys of which a message was left out. The next ones must not overtake."""
        async with self._transaction():
            noted = await self._noted(pairs)
            called = (pair for pair in pairs if not self._waits(pair[0]))
            made = await attempts.make_all(called, care, but=noted)
            outcome = _Outcome()
            for consumer, message in pairs:
                note = (consumer.name, message.id)
                if noted and note in noted:
                    continue
                if (consumer.name, message.key) in held_back:
                    left_out.append((consumer, message))
                    continue
                if self._waits(consumer):
                    outcome.joining.append(self._new_delivery(consumer, message))
                    if not consumer.queue.is_for_slow_consumers:
                        continue  # the worker that handles it writes the inbox note
                elif note not in made and (failure := await attempts.make(consumer, message, care)):
                    if failure.is_conflict and care is Care.LEAVE_OUT:
                        left_out.append((consumer, message))
                        held_back.add((consumer.name, message.key))
                    else:
                        outcome.failed.append(self._failed(consumer, message, failure))
                    continue
                outcome.handled.append(note)
            await self._write(outcome)
        self._tell(outcome.joining)
        return left_out

    def _attempts_together(self) -> AttemptsTogether:
        return AttemptsTogether(self._attempts, self._transaction.savepoint)

    async def _store_failure(self, pair: _Pair, error: Exception) -> None:
        consumer, message = pair
        failure = self._attempts.failure(consumer, message, error)
        async with self._transaction():
            await self._deliveries.put(self._failed(consumer, message, failure))

    async def _handle_outside(self, pairs: Sequence[_Pair]) -> None:
        """Call consumers outside a transaction: keys concurrently, each key in sequence."""
        noted = await self._noted([pair for pair in pairs if pair[0].effect is Effect.OUTSIDE])
        by_key: defaultdict[str, list[_Pair]] = defaultdict(list)
        for consumer, message in pairs:
            if not noted or (consumer.name, message.id) not in noted:
                by_key[message.key].append((consumer, message))
        outcome = _Outcome()
        await asyncio.gather(*(self._call(called, outcome) for called in by_key.values()))
        if outcome.handled or outcome.failed:
            async with self._transaction():
                await self._write(outcome)

    async def _call(self, pairs: Sequence[_Pair], outcome: _Outcome) -> None:
        for consumer, message in pairs:
            if failure := await self._attempts.call(consumer, message):
                outcome.failed.append(self._failed(consumer, message, failure))
            elif consumer.effect is Effect.OUTSIDE:
                outcome.handled.append((consumer.name, message.id))

    async def _noted(self, pairs: Sequence[_Pair]) -> Collection[Note]:
        """Return the inbox notes of these messages."""
        return await self._inbox.notes_of({message.id for _, message in pairs}) if pairs else ()

    async def _write(self, outcome: _Outcome) -> None:
        await self._inbox.note(outcome.handled, self._clock.now())
        await self._deliveries.add(outcome.joining)
        for delivery in outcome.failed:
            await self._deliveries.put(delivery)

    def _is_in_store(self, consumer: Consumer) -> bool:
        """Whether dispatching a message to this consumer only touches the store."""
        return consumer.effect is Effect.INSIDE or self._waits(consumer)

    def _waits(self, consumer: Consumer) -> bool:
        """Whether messages to this consumer wait in a queue for their first attempt."""
        slow = consumer.queue.is_for_slow_consumers
        return slow or consumer.waits or consumer.name in self._elsewhere

    # ---- deliveries ----------------------------------------------------------------------

    async def work_off(self, queue: Queue) -> int:
        """Try all due deliveries of a queue; see EventBus."""
        assert not self._transaction.is_open, "each consumer has its own transaction"
        return await self._queues[queue].drain()

    async def work(self, queue: Queue) -> None:
        """Try deliveries of a queue as soon as they are due, until cancelled; see EventBus."""
        await self._queues[queue].run()

    def _workers_of(self, queue: Queue, workers: int) -> QueueWorkers:
        claimed = ClaimedQueue(
            queue,
            self._claim,
            transaction=self._transaction,
            inbox=self._inbox,
            deliveries=self._deliveries,
            clock=self._clock,
            is_noted=lambda delivery: is_noted_when_done(self._by_name[delivery.consumer]),
        )
        return QueueWorkers(
            claims=claimed,
            attempt=self._try,
            shares=self._is_handled_inside,
            clock=self._clock,
            workers=workers,
            gives_way=self._is_trading if queue.is_of_notifications else lambda: False,
            outage=self._outages.get(queue),
        )

    def _is_trading(self) -> bool:
        """Whether trades are under way, which go before letters."""
        return self._dispatching > 0 or any(at_work.is_at_work for at_work in self._of_trades)

    def _is_handled_inside(self, delivery: Delivery) -> bool:
        consumer = self._by_name.get(delivery.consumer)
        return (
            consumer is not None
            and consumer.effect is Effect.INSIDE
            and consumer.name not in self._elsewhere
        )

    async def _try(self, portion: Sequence[Delivery]) -> Sequence[Delivery]:
        """Try deliveries once. If one fails, store when to retry it.

        Several are all handled inside. Return those that succeeded and must still be removed.
        """
        if self._is_handled_inside(portion[0]):
            handle = partial(self._try_inside, attempts=self._attempts_together())
            await handle_together(portion, handle, self._give_up)
            return []
        (delivery,) = portion
        consumer = self._by_name.get(delivery.consumer)
        if consumer is None:
            gone = Failure("this consumer no longer exists", most=0)
            await self._replace(self._attempts.failed(delivery, gone))
            return []
        if consumer.name in self._elsewhere:
            await self._replace(self._moved_to_current_queue(consumer, delivery))
            return []
        return portion if await self._try_outside(consumer, delivery) else []

    async def _try_inside(
        self, portion: Sequence[Delivery], care: Care, *, attempts: AttemptsTogether
    ) -> Sequence[Delivery]:
        """Handle deliveries, record and remove them in one transaction; see handle_together."""
        left_out: list[Delivery] = []
        failed: list[Delivery] = []
        handled: list[Note] = []
        done: list[Delivery] = []
        async with self._transaction():
            held = await self._deliveries.held(portion, self._claim.holder)
            pairs = [(self._by_name[delivery.consumer], delivery.message) for delivery in held]
            noted = await self._noted([p for p in pairs if is_noted_when_done(p[0])])
            made = await attempts.make_all(pairs, care, but=noted)
            for (consumer, message), delivery in zip(pairs, held, strict=True):
                note = (consumer.name, message.id)
                if note not in noted and note not in made:
                    again = bool(delivery.error)  # also of a dead letter that is replayed
                    if failure := await attempts.make(consumer, message, care, again=again):
                        if failure.is_conflict and care is Care.LEAVE_OUT:
                            left_out.append(delivery)
                        else:
                            failed.append(self._retry(consumer, delivery, failure))
                        continue
                if note not in noted and is_noted_when_done(consumer):
                    handled.append(note)
                done.append(delivery)
            await self._inbox.note(handled, self._clock.now())
            await self._deliveries.remove(done)
            for delivery in failed:
                await self._deliveries.put(delivery)
        return left_out

    async def _give_up(self, delivery: Delivery, error: Exception) -> None:
        consumer = self._by_name[delivery.consumer]
        failure = self._attempts.failure(consumer, delivery.message, error)
        await self._replace(self._retry(consumer, delivery, failure))

    async def _try_outside(self, consumer: Consumer, delivery: Delivery) -> bool:
        """Try a delivery, and return whether it was handled. The inbox records it on removal."""
        if not await self._is_done(consumer, delivery):
            again = bool(delivery.error)  # also of a dead letter that is replayed
            failure = await self._attempts.call(consumer, delivery.message, again=again)
            if outage := self._outages.get(delivery.queue):
                failure = outage.noted(failure)
            if failure:
                await self._replace(self._retry(consumer, delivery, failure))
                return False
        return True

    async def _is_done(self, consumer: Consumer, delivery: Delivery) -> bool:
        """Whether the inbox has it. For slow consumers the note only says that it was queued."""
        if not is_noted_when_done(consumer):
            return False
        return await self._inbox.contains(consumer.name, delivery.message.id)

    async def _replace(self, delivery: Delivery) -> None:
        """Store a changed delivery, unless another process has claimed it meanwhile."""
        async with self._transaction():
            if await self._deliveries.held([delivery], self._claim.holder):
                await self._deliveries.put(delivery)

    def _new_delivery(self, consumer: Consumer, message: Message) -> Delivery:
        return Delivery(
            id=MessageId(self._ids.new()),
            consumer=consumer.name,
            message=message,
            attempts=0,
            due_at=self._clock.now(),
            error="",
            queue=queue_of(consumer, message),
            priority=consumer.priority(message.event),
            turn=turn_of(consumer, message),
        )

    def _moved_to_current_queue(self, consumer: Consumer, delivery: Delivery) -> Delivery:
        """Return a delivery with its consumer's current queue, priority and turn."""
        return replace(
            delivery,
            queue=queue_of(consumer, delivery.message),
            priority=consumer.priority(delivery.message.event),
            turn=turn_of(consumer, delivery.message),
        )

    def _failed(self, consumer: Consumer, message: Message, failure: Failure) -> Delivery:
        return self._attempts.failed(self._new_delivery(consumer, message), failure)

    def _retry(self, consumer: Consumer, delivery: Delivery, failure: Failure) -> Delivery:
        return self._attempts.failed(self._moved_to_current_queue(consumer, delivery), failure)

    def _tell(self, deliveries: Sequence[Delivery]) -> None:
        """Wake the workers of the queues that have new deliveries, in all processes."""
        by_queue: defaultdict[Queue, list[Delivery]] = defaultdict(list)
        for delivery in deliveries:
            by_queue[delivery.queue].append(delivery)
        for queue, of_queue in by_queue.items():
            self._queues[queue].tell(of_queue)
            self._wakeups.send(queue)
