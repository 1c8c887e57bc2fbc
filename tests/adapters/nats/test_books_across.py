"""The books of an engine in another process, while messages are lost and owners change."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from solebook.adapters.memory.book_stream import MemoryBookStream
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.core.bidding.matching_engine import Unlimited
from solebook.ports.language.market import (
    BookKey,
    BookView,
)

from ...nats_server import NatsServer
from ...ports.across_books import (
    Process,
    Told,
    books_of_processes,
    books_of_two_processes,
)
from ...ports.across_channels import PATIENCE, Across
from ...ports.book_stream.followed import INTERVAL, soon
from ...ports.records import Records
from ...ports.small_books import change, whole

Two = tuple[Across[Process], Across[Process]]


@pytest.fixture
async def two(nats_server: NatsServer) -> AsyncIterator[Two]:
    async with books_of_two_processes(nats_server.url) as two:
        yield two


@pytest.fixture
def records(ids: SeededIds, clock: VirtualClock) -> Records:
    return Records(ids=ids, clock=clock)


@pytest.fixture
def book(records: Records) -> BookKey:
    return records.book()


async def test_a_book_is_asked_for_once_and_then_follows(two: Two, book: BookKey) -> None:
    engine, reader = two
    told = Told(engine, reader)
    await told.publish(whole(book, 7))
    views = reader.adapter.views
    assert await views.get(book, 10) == whole(book, 7)
    await told.apply(change(book, 8, 3))
    await told.apply(change(book, 9, 5))
    assert await views.get(book, 10) == whole(book, 9, 5)
    assert await views.best([book]) == [whole(book, 9, 5)]
    assert reader.adapter.stored.asked == []


async def test_many_readers_of_a_book_that_changes_see_no_change_twice_and_miss_none(
    two: Two, book: BookKey
) -> None:
    engine, reader = two
    await engine.adapter.views.publish(whole(book, 7))

    async def change_it() -> None:
        for seq in range(8, 60):
            await engine.adapter.views.apply(change(book, seq, seq))
            await asyncio.sleep(0)

    reads = (reader.adapter.views.get(book, 10) for _ in range(20))
    await asyncio.gather(change_it(), *reads)
    await reader.until(lambda: reader.heard >= engine.channel.told)
    assert await reader.adapter.views.get(book, 10) == whole(book, 59, 59)
    assert reader.missed == 0


async def test_after_a_lost_message_the_book_is_sent_whole(
    two: Two, book: BookKey, clock: VirtualClock
) -> None:
    engine, reader = two
    await Told(engine, reader).publish(whole(book, 7))
    stream = MemoryBookStream(reader.adapter.mirror.shown, clock, interval=INTERVAL, queue=5)
    async with stream.open() as following:
        await following.follow(book)
        assert await following.next() == whole(book, 7)
        engine.transport.leaks = True
        await engine.adapter.views.apply(change(book, 8, 3))
        await engine.sent()
        engine.transport.leaks = False
        news = asyncio.create_task(soon(following.next()))
        while not news.done():  # the time of the stream is the test's
            await clock.advance(INTERVAL)
            await asyncio.sleep(0.01)
        assert await news == whole(book, 8, 3)
        assert reader.missed > 0


async def test_a_broker_that_was_away_is_a_lost_message(
    own_nats_server: NatsServer, book: BookKey
) -> None:
    async with books_of_two_processes(own_nats_server.url) as (engine, reader):
        await Told(engine, reader).publish(whole(book, 7))
        await reader.adapter.views.get(book, 10)
        own_nats_server.kill()
        await engine.adapter.views.apply(change(book, 8, 3))
        own_nats_server.start()
        async with asyncio.timeout(PATIENCE):
            while await reader.adapter.views.get(book, 10) != whole(book, 8, 3):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert reader.missed > 0


async def test_the_books_of_a_new_owner_replace_those_of_the_old_one(
    nats_server: NatsServer, book: BookKey
) -> None:
    async with books_of_processes(nats_server.url, 3) as [old, new, reader]:
        async with old.adapter.views.telling(0, 1):
            await old.adapter.views.begin(0, 1, 0, Unlimited())
            await old.adapter.views.publish(whole(book, 7))
            await reader.until(lambda: reader.heard >= old.channel.told)
            assert await reader.adapter.views.get(book, 10) == whole(book, 7)
        async with new.adapter.views.telling(0, 2):
            await new.adapter.views.begin(0, 1, 7, Unlimited())
            await new.adapter.views.publish(whole(book, 8, 4))
            await reader.until(lambda: reader.heard >= old.channel.told + new.channel.told)
            assert await reader.adapter.views.get(book, 10) == whole(book, 8, 4)
            before = reader.heard
            await old.adapter.views.publish(whole(book, 9, 9))  # it does not know yet
            await new.adapter.views.apply(change(book, 9, 2))
            await reader.until(lambda: reader.heard > before)
            assert await reader.adapter.views.get(book, 10) == whole(book, 9, 2)


async def test_without_a_word_from_the_engine_the_store_answers(
    nats_server: NatsServer, book: BookKey
) -> None:
    async with books_of_processes(nats_server.url, 2, silence=0.2) as [engine, reader]:
        async with engine.adapter.views.telling(0, 1):
            await engine.adapter.views.begin(0, 1, 0, Unlimited())
            await engine.adapter.views.publish(whole(book, 7))
            await reader.until(lambda: reader.heard >= engine.channel.told)
            await reader.adapter.views.get(book, 10)
        shown = reader.adapter.mirror.shown
        await reader.until(lambda: shown.view(book) is None)
        assert await reader.adapter.views.get(book, 10) == BookView(book, 0)
        assert reader.adapter.stored.asked == [book]


async def test_a_process_that_gets_the_engine_shows_its_own_books(two: Two, book: BookKey) -> None:
    engine, reader = two
    await Told(engine, reader).publish(whole(book, 7))
    await reader.adapter.views.get(book, 10)
    views = reader.adapter.views
    async with views.telling(0, 2):
        await views.begin(0, 1, 7, Unlimited())
        await views.publish(whole(book, 8, 4))
        await Told(engine, reader).publish(whole(book, 9, 9))
        assert await views.get(book, 10) == whole(book, 8, 4)
        await views.end(0, 1)
    assert await views.get(book, 10) == BookView(book, 0)


async def test_halts_are_shown_by_those_who_were_there_and_by_those_who_came_later(
    two: Two, records: Records, book: BookKey
) -> None:
    engine, reader = two
    told = Told(engine, reader)
    await told.show_halts([records.halt(book.product_id)])
    assert (await reader.adapter.views.get(book, 10)).halted
    reader.adapter.miss()
    await reader.until(lambda: reader.heard >= engine.channel.told)
    await told.begin(0, 1, 0, Unlimited())
    await told.show_halts([])
    assert not (await reader.adapter.views.get(book, 10)).halted
