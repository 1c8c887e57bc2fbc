"""How messages go from the outbox to the bus: in order, at least once, and not too many at once."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest

from solebook.composition.adapters import Store
from solebook.core.operations.relay import Relay
from solebook.ports.event_bus import EventBus
from solebook.ports.language.consumers import Consumer
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.events import LowestAskChanged, NotificationRequested, ProductChanged
from solebook.ports.language.ids import MessageId, NotificationId, ProductId
from solebook.ports.language.market import BookKey, Size
from solebook.ports.language.messages import Message, Queue
from solebook.ports.language.notifications import Channel, NotificationKind
from solebook.ports.language.priority import Priority
from solebook.ports.outbox import Outbox

from ...entrypoints.worker.loops import stop
from ...exchange import MONDAY


class Bus(EventBus):
    """Notes what is published; some keys wait at a gate, and some tries fail."""

    def __init__(self) -> None:
        self.published: list[tuple[str, int]] = []
        self.gates: defaultdict[str, asyncio.Event] = defaultdict(_open_gate)
        self.errors: list[BaseException] = []
        self.calls = self.at_once = self.most_at_once = 0

    def subscribe(self, consumer: Consumer, *, here: bool = True) -> None:
        raise NotImplementedError

    async def publish(self, *messages: Message) -> None:
        self.calls += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0)
            for message in messages:
                await self.gates[message.key].wait()
            if self.errors:
                raise self.errors.pop()
            self.published += [_version_of(message) for message in messages]
        finally:
            self.at_once -= 1

    async def work_off(self, queue: Queue) -> int:
        raise NotImplementedError

    async def work(self, queue: Queue) -> None:
        raise NotImplementedError

    def of(self, key: str) -> list[int]:
        return [version for k, version in self.published if k == key]


def _version_of(message: Message) -> tuple[str, int]:
    assert isinstance(message.event, ProductChanged)
    return message.key, message.event.version


def _open_gate() -> asyncio.Event:
    gate = asyncio.Event()
    gate.set()
    return gate


def key(number: int) -> str:
    return str(UUID(int=number))


async def add(store: Store, keys: Iterable[int]) -> list[tuple[str, int]]:
    """Commit a message for each key, numbered within it; return what is to be published."""
    versions: defaultdict[int, int] = defaultdict(int)
    added = []
    async with store.transaction():
        for number in keys:
            versions[number] += 1
            event = ProductChanged(ProductId(UUID(int=number)), versions[number])
            await store.outbox.add(event)
            added.append((event.key, event.version))
    return added


def relay_of(store: Store, bus: EventBus, outbox: Outbox | None = None, **options: Any) -> Relay:
    return Relay(
        outbox=outbox or store.outbox, bus=bus, transaction=store.transaction, pause=0, **options
    )


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.fixture
def bus() -> Bus:
    return Bus()


# ---- order -----------------------------------------------------------------------------------


async def test_messages_of_a_key_go_in_the_order_of_their_commit(store: Store, bus: Bus) -> None:
    added = await add(store, [1, 2, 1, 3, 2, 1, 1, 3])
    assert await relay_of(store, bus).drain() == 8
    assert sorted(bus.published) == sorted(added)
    for number in (1, 2, 3):
        assert bus.of(key(number)) == sorted(bus.of(key(number)))
    assert await store.outbox.unsent(10) == []


async def test_order_is_kept_although_the_bus_is_out_of_reach_now_and_then(
    store: Store, bus: Bus
) -> None:
    added = await add(store, [1, 2, 1, 2, 1, 2])
    bus.errors = [Unavailable(what="the bus") for _ in range(7)]
    assert await relay_of(store, bus).drain() == 6
    assert sorted(bus.published) == sorted(added)
    assert bus.of(key(1)) == bus.of(key(2)) == [1, 2, 3]


async def test_a_bus_that_is_out_of_reach_is_logged_once_a_minute(
    store: Store, bus: Bus, caplog: pytest.LogCaptureFixture
) -> None:
    await add(store, [1, 2, 3])
    bus.errors = [Unavailable(what="the bus") for _ in range(50)]
    assert await relay_of(store, bus).drain() == 3
    assert [record.message for record in caplog.records] == [
        "the event bus is unavailable: the bus is unavailable; try again in 1 s"
    ]


async def test_a_portion_that_is_held_up_holds_up_its_own_keys_alone(
    store: Store, bus: Bus
) -> None:
    bus.gates[key(1)].clear()
    others = range(100, 200)
    await add(store, [1, 1, *others, 1, *others])
    task = asyncio.create_task(relay_of(store, bus).run())
    await turns(100)
    assert bus.of(key(1)) == []
    held_up = [number for number in others if bus.of(key(number)) != [1, 2]]
    assert len(held_up) < 20, "others than those of the same portion are held up"
    bus.gates[key(1)].set()
    await turns(100)
    assert bus.of(key(1)) == [1, 2, 3]
    assert all(bus.of(key(number)) == [1, 2] for number in others)
    assert await store.outbox.unsent(10) == []
    await stop(task)


async def test_what_waits_is_published_in_portions(store: Store, bus: Bus) -> None:
    added = await add(store, range(1, 101))
    assert await relay_of(store, bus, concurrency=1).drain() == 100
    assert bus.published == added
    assert bus.calls < 10


async def test_no_more_portions_than_allowed_are_under_way_at_once(store: Store, bus: Bus) -> None:
    await add(store, range(1, 301))
    assert await relay_of(store, bus, concurrency=4).drain() == 300
    assert bus.most_at_once == 4


async def test_however_often_a_lowest_ask_changes_it_holds_up_no_trade_and_no_letter(
    store: Store,
) -> None:
    bus = SlowToTell()
    bus.gate.set()
    book = BookKey(ProductId(UUID(int=7)), Size("9"))
    changes = [LowestAskChanged(book, None, 100 + n, MONDAY) for n in range(3_000)]
    async with store.transaction():
        await store.outbox.add(*changes)
    task = asyncio.create_task(relay_of(store, bus).run())
    await turns(20)
    ship = NotificationRequested(
        NotificationId(UUID(int=1)), Channel.EMAIL, kind=NotificationKind.SALE_CONFIRMED
    )
    async with store.transaction():
        await store.outbox.add(ship, ProductChanged(ProductId(UUID(int=1)), 1))
    await turns(20)
    assert (bus.told, bus.of(key(1))) == (1, [1])
    assert bus.changes < 1_000  # the others still wait
    await stop(task)


class SlowToTell(Bus):
    """Takes what tells people something only while a gate is open."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.told = self.telling = self.most_telling = self.changes = 0

    async def publish(self, *messages: Message) -> None:
        told = [m for m in messages if isinstance(m.event, NotificationRequested)]
        changes = [m for m in messages if isinstance(m.event, LowestAskChanged)]
        self.changes += len(changes)
        await super().publish(*(m for m in messages if m not in told and m not in changes))
        if told:
            self.telling += 1
            self.most_telling = max(self.most_telling, self.telling)
            await self.gate.wait()
            self.telling -= 1
            self.told += len(told)


async def test_however_many_messages_can_wait_they_are_not_in_the_way_of_one_that_cannot(
    store: Store,
) -> None:
    bus = SlowToTell()
    many = [
        NotificationRequested(NotificationId(UUID(int=number)), Channel.EMAIL)
        for number in range(1_000, 2_500)
    ]
    async with store.transaction():
        await store.outbox.add(*many)
    task = asyncio.create_task(relay_of(store, bus, concurrency=16).run())
    await turns(20)
    await add(store, [1, 2, 1])
    await turns(50)
    assert (bus.of(key(1)), bus.of(key(2))) == ([1, 2], [1])
    assert (bus.told, bus.most_telling) == (0, 8)
    bus.gate.set()
    while await store.outbox.unsent(1):
        await turns(10)
    assert bus.told == 1_500
    await stop(task)


# ---- bounds ----------------------------------------------------------------------------------


class WatchedOutbox(Outbox):
    """An outbox that notes what is asked of it, and whose marks fail when they are told to."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self.most_under_way = 0
        self.failing = 0

    async def add(self, *events: Any) -> None:
        await self._outbox.add(*events)

    async def unsent(
        self,
        limit: int,
        *,
        priority: Priority | None = None,
        but: Collection[MessageId] = (),
    ) -> Sequence[Message]:
        self.most_under_way = max(self.most_under_way, limit + len(but))
        return await self._outbox.unsent(limit, priority=priority, but=but)

    async def mark_sent(self, ids: Collection[MessageId]) -> None:
        if self.failing:
            self.failing -= 1
            raise Unavailable(what="the store")
        await self._outbox.mark_sent(ids)

    async def wait(self) -> None:
        await self._outbox.wait()


async def test_however_much_waits_a_bounded_part_of_it_is_in_memory(store: Store, bus: Bus) -> None:
    added = await add(store, [number % 7 for number in range(2_500)])
    outbox = WatchedOutbox(store.outbox)
    assert await relay_of(store, bus, outbox).drain() == 2_500
    assert sorted(bus.published) == sorted(added)
    assert all(bus.of(key(n)) == sorted(bus.of(key(n))) for n in range(7))
    assert outbox.most_under_way <= 1_024


# ---- crashes ---------------------------------------------------------------------------------


async def test_what_was_sent_but_not_marked_is_sent_again(store: Store, bus: Bus) -> None:
    added = await add(store, [1, 2, 1])
    outbox = WatchedOutbox(store.outbox)
    outbox.failing = 1
    relay = relay_of(store, bus, outbox)
    with pytest.raises(Unavailable):
        await relay.drain()
    assert len(await store.outbox.unsent(10)) == 3
    sent_before = len(bus.published)
    assert sent_before > 0
    assert await relay.drain() == 3
    assert sorted(bus.published[sent_before:]) == sorted(added)
    assert await store.outbox.unsent(10) == []


async def test_a_relay_that_runs_again_after_a_crash_sends_what_is_left(
    store: Store, bus: Bus
) -> None:
    await add(store, [1, 2, 1])
    outbox = WatchedOutbox(store.outbox)
    outbox.failing = 1
    relay = relay_of(store, bus, outbox)
    with pytest.raises(Unavailable):
        await relay.run()
    task = asyncio.create_task(relay.run())
    await turns(50)
    assert await store.outbox.unsent(10) == []
    assert {1, 2} <= set(bus.of(key(1)))
    await stop(task)


class Crash(BaseException):
    """Not an Exception, as little as a kill is."""


@pytest.mark.parametrize("error", [RuntimeError("a defect"), Crash()])
async def test_a_defect_of_the_bus_is_raised_and_leaves_nothing_running(
    store: Store, bus: Bus, error: BaseException
) -> None:
    added = await add(store, [1, *range(100, 130), 2])
    bus.gates[key(2)].clear()
    bus.errors = [error]
    relay = relay_of(store, bus)
    before = asyncio.all_tasks()
    with pytest.raises(type(error)):
        await relay.drain()
    assert asyncio.all_tasks() == before
    assert bus.of(key(1)) == bus.of(key(2)) == []
    bus.gates[key(2)].set()
    await relay.drain()
    assert set(bus.published) == set(added)


# ---- life ------------------------------------------------------------------------------------


async def test_news_is_relayed_as_it_is_committed(store: Store, bus: Bus) -> None:
    task = asyncio.create_task(relay_of(store, bus).run())
    for number in range(1, 6):
        await add(store, [number])
        await turns(20)
        assert bus.published[-1] == (key(number), 1)
    await stop(task)


@pytest.mark.parametrize("after", range(0, 40, 2))
async def test_it_stops_at_any_moment(store: Store, bus: Bus, after: int) -> None:
    await add(store, [number % 3 for number in range(12)])
    before = asyncio.all_tasks()
    task = asyncio.create_task(relay_of(store, bus).run())
    await turns(after)
    task.cancel()
    await turns(20)
    assert task.done()
    assert asyncio.all_tasks() == before
    published = len(bus.published)
    await turns(20)
    assert len(bus.published) == published


async def test_an_outbox_that_cannot_be_watched_is_raised(store: Store, bus: Bus) -> None:
    class Deaf(WatchedOutbox):
        async def wait(self) -> None:
            raise Unavailable(what="the store")

    with pytest.raises(Unavailable):
        await relay_of(store, bus, Deaf(store.outbox)).run()


async def test_a_transaction_that_is_open_around_it_is_not_the_relays(store: Store) -> None:
    """The messages of a transaction that is not committed are not relayed."""
    bus = Bus()
    relay = relay_of(store, bus)

    @asynccontextmanager
    async def uncommitted() -> Any:
        async with store.transaction():
            await store.outbox.add(ProductChanged(ProductId(UUID(int=1)), 1))
            yield

    async with uncommitted():
        await asyncio.create_task(relay.drain())
        assert bus.published == []
    await relay.drain()
    assert bus.published == [(key(1), 1)]
