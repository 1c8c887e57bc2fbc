"""A queue whose server is away tries one delivery now and then, and all soon after it is back."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

import pytest

from solebook.adapters.memory.in_process_bus import InProcessBus
from solebook.adapters.memory.seeded import SeededIds, SeededRandomness
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.messaging import outage
from solebook.adapters.messaging.attempts import Failure
from solebook.composition.adapters import Store
from solebook.composition.in_process_bus import build_in_process_bus
from solebook.ports.language.consumers import Consumer, Effect
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.events import UserRegistered
from solebook.ports.language.ids import MessageId, UserId
from solebook.ports.language.messages import Delivery, Message, Queue

WORKERS = 4
MESSAGES = 20
TRIED = WORKERS + 1
"""How many may be tried before the others wait: those at once, and the first one in the outage."""


class Server:
    """Takes messages while it is there."""

    def __init__(self) -> None:
        self.is_away = True
        self.asked = 0
        self.taken: list[Message] = []
        self.was_asked = asyncio.Event()

    async def __call__(self, message: Message) -> None:
        self.asked += 1
        self.was_asked.set()
        if self.is_away:
            raise Unavailable(what="the server")
        self.taken.append(message)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def bus(
    store: Store, clock: VirtualClock, ids: SeededIds, randomness: SeededRandomness, server: Server
) -> InProcessBus:
    bus = build_in_process_bus(
        store, clock=clock, ids=ids, randomness=randomness, workers={Queue.MAILS: WORKERS}
    )
    subject = UserRegistered.SUBJECT
    bus.subscribe(Consumer("mail", subject, server, Queue.MAILS, Effect.OUTSIDE, persists=True))
    return bus


@pytest.fixture
def messages(clock: VirtualClock, ids: SeededIds) -> Sequence[Message]:
    events = [UserRegistered(UserId(ids.new())) for _ in range(MESSAGES)]
    return [Message(MessageId(ids.new()), event.key, event, clock.now()) for event in events]


async def waiting(store: Store, clock: VirtualClock) -> Sequence[Delivery]:
    later = clock.now() + timedelta(days=1)
    return await store.deliveries.first_in(Queue.MAILS, later, 100)


async def test_the_others_wait_untouched_while_the_server_is_away(
    bus: InProcessBus,
    store: Store,
    clock: VirtualClock,
    server: Server,
    messages: Sequence[Message],
) -> None:
    await bus.publish(*messages)
    work = asyncio.create_task(bus.work(Queue.MAILS))
    async with asyncio.timeout(60):
        while server.asked < WORKERS:
            server.was_asked.clear()
            await server.was_asked.wait()
    for _ in range(200):  # what would be tried is tried now
        await asyncio.sleep(0)
    assert server.asked <= TRIED
    untouched = [delivery for delivery in await waiting(store, clock) if not delivery.attempts]
    assert len(untouched) >= MESSAGES - TRIED
    work.cancel()
    with suppress(asyncio.CancelledError):
        await work

    server.is_away = False
    await clock.advance(timedelta(seconds=1))
    while await bus.work_off(Queue.MAILS):
        pass
    assert sorted(server.taken, key=messages.index) == messages


async def test_what_waits_is_due_within_a_second_however_long_the_server_was_away(
    bus: InProcessBus,
    store: Store,
    clock: VirtualClock,
    server: Server,
    messages: Sequence[Message],
) -> None:
    await bus.publish(messages[0])
    attempts = 0
    for _ in range(50):
        await bus.work_off(Queue.MAILS)
        [delivery] = await waiting(store, clock)
        attempts = delivery.attempts
        await clock.advance(delivery.due_at - clock.now())
    assert attempts <= 3
    assert server.asked == 50
    server.is_away = False
    await bus.work_off(Queue.MAILS)
    assert server.taken == [messages[0]]


async def test_a_message_that_alone_is_not_taken_waits_longer_each_time(
    bus: InProcessBus,
    store: Store,
    clock: VirtualClock,
    server: Server,
    messages: Sequence[Message],
) -> None:
    server.is_away = False

    async def refuse(message: Message) -> None:
        if message.id == messages[0].id:
            raise Unavailable(what="the mailbox")

    subject = UserRegistered.SUBJECT
    bus.subscribe(Consumer("other", subject, refuse, Queue.MAILS, Effect.OUTSIDE, persists=True))
    delays = []
    for message in messages[:6]:
        await bus.publish(message)
        await bus.work_off(Queue.MAILS)
        left = [d for d in await waiting(store, clock) if d.consumer == "other"]
        delays += [delivery.due_at - clock.now() for delivery in left]
        await clock.advance(timedelta(minutes=5))
    assert delays == sorted(delays)
    assert delays[-1] > timedelta(seconds=10)


async def test_the_time_between_attempts_grows_with_the_outage_up_to_a_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop = asyncio.get_running_loop()
    now = 1_000.0
    monkeypatch.setattr(loop, "time", lambda: now)
    away, found = outage.Outage(), []
    for elapsed in (0, 1, 2, 60, 10_000):
        now = 1_000.0 + elapsed
        away.noted(Failure("away", None, is_away=True))
        found.append(away.next_at - now if away.is_on else 0)
    monkeypatch.undo()
    assert found == [0, 0, 1, 3, 10]
