"""The relay when the bus gives messages to a broker, which may lose them."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.core.operations.broker_keeper import KEPT_FOR, BrokerKeeper
from solebook.core.operations.relay import Relay
from solebook.ports.event_bus import EventBus
from solebook.ports.language.consumers import Consumer
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.events import ProductChanged
from solebook.ports.language.ids import MessageId, ProductId
from solebook.ports.language.messages import BrokerBacklog, Message, Position, Queue
from solebook.ports.language.process_roles import ProcessRole
from solebook.ports.message_broker import MessageBroker
from solebook.ports.tenure import Tenure

from ...entrypoints.worker.loops import stop

KEY = ProductId(UUID(int=7))


class Broker(EventBus, MessageBroker):
    """A broker in memory that can lose its last messages, as after a crash."""

    partitions = 1
    incarnation = "one"

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.interrupted = False
        self.remembered = 0
        self.asked = 0
        self.grown = asyncio.Event()
        self.held: set[int] = set()
        """The versions that are published after the `release`."""
        self.release = asyncio.Event()
        self.asked_after_loss = asyncio.Event()

    def lose(self, count: int) -> None:
        """Lose the last messages, together with the connection."""
        del self.messages[len(self.messages) - count :]
        self.interrupted = True

    def lose_and_remember(self, count: int) -> None:
        """Lose the last messages in a crash, and still count them."""
        self.remembered = len(self.messages)
        self.incarnation = "two"
        self.lose(count)

    async def until(self, versions: Sequence[int]) -> None:
        async with asyncio.timeout(60):
            while self.versions != versions:
                self.grown.clear()
                await self.grown.wait()

    @property
    def last(self) -> int:
        return max(len(self.messages), self.remembered)

    @property
    def versions(self) -> list[int]:
        events = [message.event for message in self.messages]
        return [event.version for event in events if isinstance(event, ProductChanged)]

    def subscribe(self, consumer: Consumer, *, here: bool = True) -> None:
        raise NotImplementedError

    async def publish(self, *messages: Message) -> Position:
        await asyncio.sleep(0)
        if any(
            isinstance(message.event, ProductChanged) and message.event.version in self.held
            for message in messages
        ):
            await self.release.wait()
        if self.interrupted:
            raise Unavailable(what="the broker")
        known = {message.id for message in self.messages}
        self.messages += [message for message in messages if message.id not in known]
        self.grown.set()
        return Position("one", self.last)

    async def has_kept(self, position: Position) -> bool:
        self.asked += 1
        await asyncio.sleep(0)
        if self.interrupted:
            self.asked_after_loss.set()
        self.interrupted = False
        return position.stream == "one" and self.last >= position.last

    async def backlog(self) -> BrokerBacklog:
        raise NotImplementedError

    async def receive(
        self, role: ProcessRole, partition: int, *, epoch: int, tenure: Tenure
    ) -> None:
        raise NotImplementedError

    async def work_off(self, queue: Queue) -> int:
        raise NotImplementedError

    async def work(self, queue: Queue) -> None:
        raise NotImplementedError


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
def relay(store: Store, broker: Broker, clock: VirtualClock) -> Relay:
    keeper = BrokerKeeper(broker, store.sent_messages, store.transaction)
    return Relay(
        outbox=store.outbox, bus=broker, transaction=store.transaction, pause=0, keeper=keeper
    )


async def add(store: Store, *versions: int) -> None:
    async with store.transaction():
        await store.outbox.add(*(ProductChanged(KEY, version) for version in versions))


async def test_what_the_broker_has_is_kept_for_a_while(
    store: Store, broker: Broker, relay: Relay, clock: VirtualClock
) -> None:
    await add(store, 1, 2)
    assert await relay.drain() == 2
    assert await store.outbox.unsent(10) == []
    assert await store.sent_messages.position() == Position("one", 2)

    await clock.advance(KEPT_FOR)
    await clock.advance(KEPT_FOR)
    assert await relay.drain() == 0
    async with store.transaction():
        assert await store.sent_messages.send_again() == 0


@pytest.mark.parametrize("lost", [1, 3, 4])
async def test_what_the_broker_lost_goes_before_what_is_new(
    store: Store, broker: Broker, relay: Relay, lost: int
) -> None:
    running = asyncio.create_task(relay.run())
    await add(store, 1, 2, 3, 4)
    await broker.until([1, 2, 3, 4])
    while await store.sent_messages.position() is None:  # noqa: ASYNC110  # it is marked next
        await asyncio.sleep(0)
    broker.lose(lost)
    await add(store, 5, 6)

    await broker.until([1, 2, 3, 4, 5, 6])
    await stop(running)


async def test_an_interruption_without_a_loss_sends_nothing_again(
    store: Store, broker: Broker, relay: Relay
) -> None:
    await add(store, 1, 2)
    await relay.drain()
    broker.lose(0)
    await add(store, 3)
    assert await relay.drain() == 1
    assert broker.versions == [1, 2, 3]


async def test_a_relay_asks_before_it_sends_anything(
    store: Store, broker: Broker, relay: Relay, clock: VirtualClock
) -> None:
    await add(store, 1, 2)
    await relay.drain()
    broker.lose(1)
    broker.interrupted = False  # the connection of another process, which is gone
    await add(store, 3)

    keeper = BrokerKeeper(broker, store.sent_messages, store.transaction)
    next_relay = Relay(
        outbox=store.outbox, bus=broker, transaction=store.transaction, keeper=keeper
    )
    running = asyncio.create_task(next_relay.run())
    await broker.until([1, 2, 3])
    await stop(running)


@pytest.mark.parametrize("lost", [1, 2])
async def test_the_latest_are_sent_again_to_a_broker_that_was_started_anew(
    store: Store, broker: Broker, relay: Relay, clock: VirtualClock, lost: int
) -> None:
    """It says that it has them all, because it remembers their number."""
    await add(store, 1)
    await relay.drain()
    await clock.advance(timedelta(minutes=1))
    await add(store, 2, 3)
    await relay.drain()
    broker.lose_and_remember(lost)
    await add(store, 4)
    assert await relay.drain() == 3
    assert broker.versions == [1, 2, 3, 4]
    await add(store, 5)
    assert await relay.drain() == 1


class SlowKeeper(BrokerKeeper):
    """Marks messages as sent when it is told to."""

    def __init__(self, broker: Broker, store: Store) -> None:
        super().__init__(broker, store.sent_messages, store.transaction)
        self.marks, self.may_mark = asyncio.Event(), asyncio.Event()

    async def mark_sent(self, ids: Collection[MessageId], position: Position) -> None:
        self.marks.set()
        await self.may_mark.wait()
        await super().mark_sent(ids, position)


async def test_what_is_lost_before_it_is_marked_as_sent_is_sent_again(
    store: Store, broker: Broker
) -> None:
    """Another portion is under way, and asks first whether anything was lost."""
    keeper = SlowKeeper(broker, store)
    relay = Relay(
        outbox=store.outbox, bus=broker, transaction=store.transaction, pause=0, keeper=keeper
    )
    broker.held = {17}
    async with store.transaction():
        events = (ProductChanged(ProductId(UUID(int=number)), number) for number in range(1, 18))
        await store.outbox.add(*events)
    running = asyncio.create_task(relay.run())
    await keeper.marks.wait()
    broker.lose(1)
    broker.release.set()
    await broker.asked_after_loss.wait()
    keeper.may_mark.set()

    await broker.until([*range(1, 18)])
    await stop(running)
