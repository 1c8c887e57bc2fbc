"""What the dispatcher does about conflicts with other transactions."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from uuid import UUID

import pytest

from solebook.adapters.memory.in_process_bus import InProcessBus
from solebook.adapters.memory.seeded import SeededIds, SeededRandomness
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.messaging.dispatcher import Dispatcher
from solebook.composition.adapters import Store
from solebook.ports.event_bus import EventBus
from solebook.ports.language.consumers import Consumer, Effect
from solebook.ports.language.errors import Outdated, Unavailable
from solebook.ports.language.events import UserRegistered
from solebook.ports.language.ids import MessageId, UserId
from solebook.ports.language.messages import Delivery, Message, Queue
from solebook.ports.transaction import Transaction


def deadlock() -> Unavailable:
    error = Unavailable("the store")
    error.is_conflict = True
    return error


class FailingCommits(Transaction):
    """Fails to commit as long as a transaction has an error."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self.error: Exception | None = None
        """The error of the transaction under way."""

    def __call__(self) -> AbstractAsyncContextManager[None]:
        return self._committing()

    @asynccontextmanager
    async def _committing(self) -> AsyncIterator[None]:
        self.error = None
        async with self._transaction():
            yield
            if self.error is not None:
                raise self.error

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        return self._transaction.savepoint()

    @property
    def is_open(self) -> bool:
        return self._transaction.is_open

    def announce(self, call: Callable[[], None]) -> None:
        self._transaction.announce(call)


@pytest.fixture
def transaction(store: Store) -> FailingCommits:
    return FailingCommits(store.transaction)


@pytest.fixture
def bus(
    store: Store,
    transaction: FailingCommits,
    clock: VirtualClock,
    ids: SeededIds,
    randomness: SeededRandomness,
) -> EventBus:
    return InProcessBus(
        Dispatcher(
            transaction=transaction,
            inbox=store.inbox,
            deliveries=store.deliveries,
            wakeups=store.wakeups,
            clock=clock,
            ids=ids,
            randomness=randomness,
            holder="this process",
        )
    )


@pytest.fixture
def messages(clock: VirtualClock, ids: SeededIds) -> list[Message]:
    events = [UserRegistered(UserId(ids.new())) for _ in range(8)]
    return [Message(MessageId(ids.new()), event.key, event, clock.now()) for event in events]


def consumer(
    handle: Callable[[Message], Awaitable[None]],
    effect: Effect = Effect.INSIDE,
    *,
    waits: bool = True,
) -> Consumer:
    return Consumer("welcome", UserRegistered.SUBJECT, handle, Queue.TRADE, effect, waits=waits)


class Troubled:
    """Has its effect in the outbox. Some calls for one message get into trouble."""

    def __init__(
        self, store: Store, message: Message, trouble: Callable[[], None], times: int
    ) -> None:
        self._store = store
        self._message = message
        self._trouble = trouble
        self._times = times

    async def __call__(self, message: Message) -> None:
        await self._store.outbox.add(message.event)
        if message == self._message and self._times > 0:
            self._times -= 1
            self._trouble()


def raising(error: Exception) -> Callable[[], None]:
    def trouble() -> None:
        raise error

    return trouble


def failing_commit(transaction: FailingCommits, error: Exception) -> Callable[[], None]:
    def trouble() -> None:
        transaction.error = error

    return trouble


async def effects(store: Store) -> list[str]:
    return sorted(message.key for message in await store.outbox.unsent(100))


async def waiting(store: Store, clock: VirtualClock) -> list[Delivery]:
    later = clock.now().replace(year=clock.now().year + 1)
    return list(await store.deliveries.first_in(Queue.TRADE, later, 100))


def keys(messages: list[Message]) -> list[str]:
    return sorted(message.key for message in messages)


@pytest.mark.parametrize("waits", [True, False])
@pytest.mark.parametrize("times", [1, 2, 3])
async def test_a_conflict_of_a_whole_portion_counts_for_no_message(
    bus: EventBus, store: Store, transaction: FailingCommits, clock: VirtualClock,
    messages: list[Message], waits: bool, times: int,
) -> None:  # fmt: skip
    trouble = failing_commit(transaction, deadlock())
    bus.subscribe(consumer(Troubled(store, messages[3], trouble, times), waits=waits))
    await bus.publish(*messages)
    await bus.work_off(Queue.TRADE)
    assert await effects(store) == keys(messages)
    assert await waiting(store, clock) == []


@pytest.mark.parametrize("waits", [True, False])
@pytest.mark.parametrize("error", [deadlock(), AssertionError("a constraint is violated")])
async def test_a_message_whose_transaction_always_fails_holds_up_no_other(
    bus: EventBus, store: Store, transaction: FailingCommits, clock: VirtualClock,
    messages: list[Message], waits: bool, error: Exception,
) -> None:  # fmt: skip
    trouble = failing_commit(transaction, error)
    bus.subscribe(consumer(Troubled(store, messages[3], trouble, 1_000), waits=waits))
    await bus.publish(*messages)
    await bus.work_off(Queue.TRADE)
    assert await effects(store) == keys(messages[:3] + messages[4:])
    (failed,) = await waiting(store, clock)
    assert (failed.message, failed.attempts) == (messages[3], 1)


@pytest.mark.parametrize("waits", [True, False])
@pytest.mark.parametrize("error", [deadlock(), Outdated("order", UUID(int=1))])
async def test_a_conflict_of_one_message_is_tried_again_at_once_and_not_counted(
    bus: EventBus, store: Store, transaction: FailingCommits, clock: VirtualClock,
    messages: list[Message], waits: bool, error: Exception,
) -> None:  # fmt: skip
    bus.subscribe(consumer(Troubled(store, messages[3], raising(error), 2), waits=waits))
    await bus.publish(*messages)
    await bus.work_off(Queue.TRADE)
    assert await effects(store) == keys(messages)
    assert await waiting(store, clock) == []


@pytest.mark.parametrize("waits", [True, False])
async def test_a_conflict_of_a_call_outside_is_tried_again_at_once_and_not_counted(
    bus: EventBus, store: Store, clock: VirtualClock, messages: list[Message], waits: bool
) -> None:
    calls: list[Message] = []

    async def handle(message: Message) -> None:
        calls.append(message)
        if calls.count(messages[3]) in (1, 2):
            raise Outdated("order", UUID(int=1))

    bus.subscribe(consumer(handle, Effect.OUTSIDE, waits=waits))
    await bus.publish(*messages[2:5])
    await bus.work_off(Queue.TRADE)
    assert sorted(map(calls.count, messages[2:5])) == [1, 1, 3]
    assert await waiting(store, clock) == []


async def test_a_message_that_always_conflicts_is_a_failed_attempt(
    bus: EventBus, store: Store, clock: VirtualClock, messages: list[Message]
) -> None:
    trouble = raising(Outdated("order", UUID(int=1)))
    bus.subscribe(consumer(Troubled(store, messages[3], trouble, 1_000)))
    await bus.publish(*messages)
    await bus.work_off(Queue.TRADE)
    (failed,) = await waiting(store, clock)
    assert (failed.message, failed.attempts) == (messages[3], 1)
    assert "Outdated" in failed.error


async def test_messages_of_one_key_keep_their_sequence_after_a_conflict(
    bus: EventBus, store: Store, ids: SeededIds, messages: list[Message]
) -> None:
    of_one = [replace(messages[0], id=MessageId(ids.new())) for _ in range(5)]
    effects = {message.id: UserRegistered(UserId(ids.new())) for message in of_one}
    conflicts = iter([True, True])

    async def handle(message: Message) -> None:
        await store.outbox.add(effects[message.id])
        if message == of_one[2] and next(conflicts, False):
            raise Outdated("order", UUID(int=1))

    bus.subscribe(consumer(handle, waits=False))
    await bus.publish(*of_one)
    stored = [message.event for message in await store.outbox.unsent(100)]
    assert stored == [*effects.values()]
