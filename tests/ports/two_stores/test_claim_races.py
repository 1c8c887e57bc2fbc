"""Workers of two processes on one database do each delivery and deadline once."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from solebook.adapters.memory.seeded import SeededIds, SeededRandomness
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.composition.in_process_bus import build_in_process_bus
from solebook.ports.event_bus import EventBus
from solebook.ports.language.consumers import Consumer, Effect
from solebook.ports.language.deadlines import Deadline, DeadlineKind
from solebook.ports.language.events import DeadlineReached, UserRegistered
from solebook.ports.language.ids import MessageId, UserId
from solebook.ports.language.messages import Claim, Delivery, Message, Queue

from ..records import Records
from .racing import Race, Races, tried_again

LIFE = timedelta(seconds=30)
Stores = tuple[Store, Store]


@pytest.fixture
def records(clock: VirtualClock, ids: SeededIds) -> Records:
    return Records(ids=ids, clock=clock)


class Processes:
    """Two processes with one consumer, whose effect is an event in the outbox."""

    def __init__(self, stores: Stores, clock: VirtualClock, effect: Effect, queue: Queue) -> None:
        self.calls: Counter[MessageId] = Counter()
        self.under_way: set[str] = set()
        self.buses = [
            self._bus(store, clock, seed, effect, queue) for seed, store in enumerate(stores)
        ]
        self._stores = stores

    def _bus(
        self, store: Store, clock: VirtualClock, seed: int, effect: Effect, queue: Queue
    ) -> EventBus:
        async def handle(message: Message) -> None:
            assert message.key not in self.under_way, "a turn is under way twice"
            self.under_way.add(message.key)
            try:
                self.calls[message.id] += 1
                await asyncio.sleep(0)
                if effect is Effect.INSIDE:
                    await store.outbox.add(message.event)
            finally:
                self.under_way.remove(message.key)

        bus = build_in_process_bus(
            store,
            clock=clock,
            ids=SeededIds(seed=31 + seed, clock=clock),
            randomness=SeededRandomness(seed),
        )
        # A turn per user, also in the queues of slow consumers.
        bus.subscribe(
            Consumer(
                "welcome", UserRegistered.SUBJECT, handle, queue, effect, waits=True,
                turn=lambda event: event.key,
            )
        )  # fmt: skip
        return bus

    async def check_effects(self, published: list[Message]) -> None:
        """Check that each message had one effect inside.

        Its handler may have been called again, after its transaction had conflicted.
        """
        effects = Counter(message.key for message in await taken_from_outbox(self._stores[0]))
        assert effects == Counter(message.key for message in published)


async def taken_from_outbox(store: Store) -> list[Message]:
    """Take all messages out of the outbox."""
    unsent = await store.outbox.unsent(1_000)
    async with store.transaction():
        await store.outbox.mark_sent([message.id for message in unsent])
    return list(unsent)


def messages(records: Records, number: int, users: int) -> list[Message]:
    events = [UserRegistered(UserId(records.ids.new())) for _ in range(users)]
    return [
        Message(MessageId(records.ids.new()), event.key, event, records.instant)
        for event in (events * number)[:number]
    ]


def works_off(bus: EventBus, queue: Queue) -> Callable[[], Awaitable[int]]:
    async def until_nothing_is_due() -> int:
        count = 0
        while tried := await bus.work_off(queue):
            count += tried
        return count

    return tried_again(until_nothing_is_due)


async def test_one_delivery_is_claimed_by_one_of_two(
    stores: Stores, repeated: Races, records: Records
) -> None:
    claims = [Claim("one", LIFE), Claim("other", LIFE)]

    def claim(number: int) -> Callable[[], Awaitable[list[Delivery]]]:
        async def take() -> list[Delivery]:
            now = records.instant
            claimed = stores[number].deliveries.claim(Queue.CHARGES, claims[number], now, 10)
            return list(await claimed)

        return tried_again(take)

    async def once(race: Race) -> None:
        delivery = records.delivery(queue=Queue.CHARGES)
        async with stores[0].transaction():
            await stores[0].deliveries.add([delivery])
        claimed = await race(claim(0), claim(1))
        assert sorted(map(len, filter(None, claimed))) == [1]  # type: ignore[arg-type]
        async with stores[0].transaction():
            await stores[0].deliveries.remove([delivery])

    await repeated(once)


@pytest.mark.parametrize("effect", [Effect.INSIDE, Effect.OUTSIDE])
@pytest.mark.parametrize("queue", [Queue.TRADE, Queue.CHARGES])
async def test_two_workers_handle_each_message_once(
    stores: Stores,
    repeated: Races,
    records: Records,
    clock: VirtualClock,
    effect: Effect,
    queue: Queue,
) -> None:
    processes = Processes(stores, clock, effect, queue)

    async def once(race: Race) -> None:
        published = messages(records, 12, users=5)
        await processes.buses[0].publish(*published)
        await race(*(works_off(bus, queue) for bus in processes.buses))
        assert await stores[1].deliveries.first_in(queue, records.instant, 10) == []
        if effect is Effect.OUTSIDE:
            assert {processes.calls[message.id] for message in published} == {1}
        else:
            await processes.check_effects(published)

    await repeated(once)


async def test_a_claim_that_is_lost_while_the_worker_hangs_has_one_effect(
    stores: Stores, repeated: Races, records: Records, clock: VirtualClock
) -> None:
    processes = Processes(stores, clock, Effect.INSIDE, Queue.TRADE)

    async def once(race: Race) -> None:
        published = messages(records, 3, users=3)
        await processes.buses[0].publish(*published)
        # A third process claims everything and dies.
        died = Claim("dead", LIFE)
        claimed = await stores[0].deliveries.claim(Queue.TRADE, died, records.instant, 10)
        assert len(claimed) == 3
        assert await processes.buses[1].work_off(Queue.TRADE) == 0
        await clock.advance(LIFE)
        await race(*(works_off(bus, Queue.TRADE) for bus in processes.buses))
        await processes.check_effects(published)

    await repeated(once)


async def test_two_sweepers_turn_each_deadline_into_one_message(
    stores: Stores, repeated: Races, records: Records
) -> None:
    def sweep(store: Store) -> Callable[[], Awaitable[int]]:
        async def once() -> int:
            async with store.transaction():
                due = await store.deadlines.due(records.instant, 10)
                for deadline in due:
                    await asyncio.sleep(0)
                    await store.deadlines.clear(deadline.order_id, [deadline.kind])
                    await store.outbox.add(DeadlineReached(deadline.order_id, deadline.kind))
            return len(due)

        return tried_again(once)

    async def once(race: Race) -> None:
        async with stores[0].transaction():
            for _ in range(3):
                deadline = Deadline(DeadlineKind.ARRIVAL, records.order_id(), records.instant)
                await stores[0].deadlines.set(deadline)
        swept = await race(sweep(stores[0]), sweep(stores[1]))
        assert sum(number for number in swept if isinstance(number, int)) == 3
        assert len(await taken_from_outbox(stores[0])) == 3

    await repeated(once)
