"""A channel over a transport that the test makes lose messages."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.streams.channel import Channel, Hear, Missed, Transport
from solebook.adapters.streams.order_stream import ToldOrderStream
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.ids import OrderId
from solebook.ports.language.streams import FellBehind

from ...ports.records import Records

PATIENCE = 60.0


@dataclass
class Air(Transport):
    """Carries messages within this process, and loses what the test wants."""

    listeners: list[tuple[Hear, Missed]] = field(default_factory=list)
    is_lost: bool = False
    is_away: bool = False
    name: str = "air"

    async def publish(self, payload: bytes) -> None:
        if self.is_away:
            raise Unavailable(what="the air")
        if not self.is_lost:
            for hear, _ in self.listeners:
                await hear(payload)

    @asynccontextmanager
    async def listening(self, hear: Hear, missed: Missed) -> AsyncIterator[None]:
        self.listeners.append((hear, missed))
        yield
        self.listeners.remove((hear, missed))

    def interrupt(self) -> None:
        for _, missed in self.listeners:
            missed()


@dataclass
class Listener:
    heard: list[bytes] = field(default_factory=list)
    missed: int = 0

    async def hear(self, item: bytes) -> None:
        self.heard.append(item)

    def miss(self) -> None:
        self.missed += 1

    async def until_missed(self, times: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while self.missed < times:  # noqa: ASYNC110  # the channel's own task counts
                await asyncio.sleep(0.005)


@dataclass
class Two:
    air: Air
    sender: Channel
    listener: Listener


@asynccontextmanager
async def talking(beat: float = 1.0) -> AsyncIterator[Two]:
    air, listener = Air(), Listener()
    sender = Channel(air, beat=beat)
    async with sender.open(), Channel(air).open(listener.hear, listener.miss):
        yield Two(air, sender, listener)


@pytest.fixture
async def two() -> AsyncIterator[Two]:
    async with talking() as two:
        yield two


async def test_items_arrive_in_their_order(two: Two) -> None:
    items = [b"%d" % number for number in range(100)]
    for item in items:
        two.sender.tell(item)
    await two.sender.flush()
    assert (two.listener.heard, two.listener.missed) == (items, 0)


async def test_a_process_does_not_hear_itself() -> None:
    air, listener = Air(), Listener()
    channel = Channel(air)
    async with channel.open(listener.hear, listener.miss):
        channel.tell(b"mine")
        await channel.flush()
    assert (listener.heard, listener.missed) == ([], 0)


@pytest.mark.parametrize("how", ["is_lost", "is_away"])
async def test_a_message_after_a_lost_one_tells_of_it(two: Two, how: str) -> None:
    two.sender.tell(b"first")
    await two.sender.flush()
    setattr(two.air, how, True)
    two.sender.tell(b"lost")
    await two.sender.flush()
    setattr(two.air, how, False)
    two.sender.tell(b"last")
    await two.sender.flush()
    assert (two.listener.heard, two.listener.missed) == ([b"first", b"last"], 1)


async def test_the_last_message_is_missed_although_nothing_more_is_told() -> None:
    async with talking(beat=0.02) as two:
        two.sender.tell(b"first")
        await two.sender.flush()
        two.air.is_lost = True
        two.sender.tell(b"lost")
        await two.sender.flush()
        two.air.is_lost = False
        await two.listener.until_missed(1)


async def test_what_was_sent_before_a_lost_connection_is_no_gap_after_it(two: Two) -> None:
    two.sender.tell(b"first")
    await two.sender.flush()
    two.air.is_lost = True
    two.sender.tell(b"lost")
    await two.sender.flush()
    two.air.is_lost = False
    two.air.interrupt()
    two.sender.tell(b"last")
    await two.sender.flush()
    assert (two.listener.heard, two.listener.missed) == ([b"first", b"last"], 1)


async def test_an_item_that_is_too_large_is_missed(
    two: Two, caplog: pytest.LogCaptureFixture
) -> None:
    two.sender.tell(b"x" * 1_100_000)
    two.sender.tell(b"last")
    await two.sender.flush()
    assert two.listener.heard == [b"last"]
    assert "too large" in caplog.text


async def test_more_items_than_can_wait_are_missed(two: Two) -> None:
    two.sender.tell(b"first")
    await two.sender.flush()
    for _ in range(50_001):
        two.sender.tell(b"many")
    await two.sender.flush()
    assert (len(two.listener.heard), two.listener.missed) == (50_001, 1)


async def test_what_is_not_understood_is_missed(two: Two, caplog: pytest.LogCaptureFixture) -> None:
    await two.air.publish(b"\xff")
    assert two.listener.missed == 1
    assert "not understood" in caplog.text


async def test_readers_of_orders_in_all_processes_hear_of_them(
    ids: SeededIds, clock: VirtualClock
) -> None:
    air, records, opened = Air(), Records(ids=ids, clock=clock), AsyncExitStack()
    streams = []
    for _ in range(2):
        channel = Channel(air)
        stream = ToldOrderStream(channel, queue=5)
        await opened.enter_async_context(channel.open(stream.hear, stream.miss))
        streams.append((stream, channel))
    (here, channel), (there, _) = streams
    user, order_id = records.user().id, OrderId(ids.new())
    async with opened, here.follow(user) as near, there.follow(user) as far:
        here.tell(order_id, user)
        await channel.flush()
        assert [await near.next(), await far.next()] == [order_id, order_id]
        there.miss()
        with pytest.raises(FellBehind):
            await far.next()
