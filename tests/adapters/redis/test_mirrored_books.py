"""The books of an engine in another process, while messages are lost and owners change."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from solebook.adapters.memory.book_stream import MemoryBookStream
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.redis.book_listener import BookListener
from solebook.adapters.redis.book_news import Here, Told, decode
from solebook.adapters.redis.book_publisher import BEAT
from solebook.adapters.system.clock import SystemClock
from solebook.ports.book_stream import BookReader
from solebook.ports.language.market import BookKey, BookView, shard_of

from ...composition.redis_faults import hesitation
from ...ports.book_stream.followed import INTERVAL
from ...ports.mirrored_books import Process, engine_and_reader, processes
from ...ports.records import Records
from ...ports.small_books import change, merged, whole
from ...rebuilt_book import RebuiltBook
from ...redis_connections import PATIENCE
from ...valkey_server import ValkeyServer

WHOLE_WITHIN = 2.0
"""Seconds in which a reader has the whole book after a lost message."""


@pytest.fixture
def records(ids: SeededIds, clock: VirtualClock) -> Records:
    return Records(ids=ids, clock=clock)


@pytest.fixture
def book(records: Records) -> BookKey:
    return records.book()


async def shows(process: Process, view: BookView) -> None:
    """Wait until readers in a process get this view."""
    async with asyncio.timeout(PATIENCE):
        while await process.views.get(view.book, 10) != view:  # noqa: ASYNC110  # others act
            await asyncio.sleep(0.002)


@asynccontextmanager
async def following(process: Process, book: BookKey) -> AsyncIterator[BookReader]:
    stream = MemoryBookStream(process.shown, SystemClock(), interval=INTERVAL, queue=1_000)
    async with stream.open() as reader:
        await reader.follow(book)
        yield reader


async def rebuilt(reader: BookReader, seq: int, copy: RebuiltBook | None = None) -> RebuiltBook:
    """Return the book as the reader has it when its number is `seq`."""
    copy = copy or RebuiltBook()
    async with asyncio.timeout(PATIENCE):
        while copy.seq is None or copy.seq < seq:
            before = copy.seq or 0
            copy.tell(await reader.next())
            assert copy.seq is not None
            assert copy.seq >= before
    return copy


async def test_a_book_is_read_once_and_then_follows(
    valkey_server: ValkeyServer, book: BookKey
) -> None:
    async with engine_and_reader(valkey_server) as (engine, reader):
        await engine.views.publish(whole(book, 7))
        await shows(reader, whole(book, 7))
        await engine.views.apply(change(book, 8, 3))
        await engine.views.apply(change(book, 9, 5))
        await engine.views.flush()
        await reader.has_heard_all()
        assert reader.shown.view(book) == whole(book, 9, 5)
        assert await reader.views.best([book]) == [whole(book, 9, 5)]
        assert (reader.stored.asked, reader.missed) == ([], 1)


async def test_readers_who_come_during_a_storm_miss_no_change_and_see_none_twice(
    valkey_server: ValkeyServer, book: BookKey
) -> None:
    last = 2_000
    async with engine_and_reader(valkey_server) as (engine, reader):
        await engine.views.publish(whole(book, 7))

        async def change_it() -> None:
            for seq in range(8, last + 1):
                await engine.views.apply(change(book, seq, seq))
                await asyncio.sleep(0.0005)

        async def follow_it(late: float) -> BookView:
            await asyncio.sleep(late)
            async with following(reader, book) as news:
                return (await rebuilt(news, last)).view(book)

        changing = asyncio.create_task(change_it())
        copies = await asyncio.gather(*(follow_it(n * 0.025) for n in range(20)))
        await changing
        assert set(copies) == {whole(book, last, last)}
        assert reader.missed == 1


Loss = Callable[[Process, Process], Awaitable[None]]


async def lost_books(engine: Process, reader: Process) -> None:
    reader.loses = lambda message: isinstance(decode.decode(message), Told)


async def lost_everything(engine: Process, reader: Process) -> None:
    reader.loses = lambda message: True


@pytest.mark.alone
@pytest.mark.parametrize("lose", [lost_books, lost_everything])
async def test_after_a_lost_message_a_follower_gets_the_whole_book_within_two_seconds(
    valkey_server: ValkeyServer, book: BookKey, lose: Loss
) -> None:
    async with engine_and_reader(valkey_server, beat=BEAT) as (engine, reader):
        await engine.views.publish(whole(book, 7))
        await shows(reader, whole(book, 7))
        async with following(reader, book) as news:
            copy = await rebuilt(news, 7)
            await lose(engine, reader)
            await engine.views.apply(change(book, 8, 3))
            await engine.views.flush()
            reader.loses = lambda _: False
            with hesitation() as late:
                await late.of(lambda: rebuilt(news, 8, copy))
            assert late.longest < WHOLE_WITHIN
            assert (copy.views, copy.view(book)) == (2, whole(book, 8, 3))


async def test_a_change_after_a_lost_one_is_not_applied(
    valkey_server: ValkeyServer, records: Records, book: BookKey
) -> None:
    other = records.book()
    async with engine_and_reader(valkey_server, beat=BEAT) as (engine, reader):
        for one in (book, other):
            await engine.views.publish(whole(one, 7))
            await shows(reader, whole(one, 7))
        reader.loses = lambda message: isinstance(decode.decode(message), Told)
        await engine.views.apply(change(book, 8, 3))
        await engine.views.flush()
        reader.loses = lambda message: isinstance(decode.decode(message), Here)
        await engine.views.apply(change(other, 8, 3))
        await engine.views.flush()
        await reader.has_heard_all()
        assert reader.shown.view(book) is None
        assert reader.shown.view(other) is None
        assert await reader.views.best([book, other]) == [whole(book, 8, 3), whole(other, 8, 3)]


async def kill_subscriptions(server: ValkeyServer) -> None:
    server.command("CLIENT", "KILL", "TYPE", "pubsub")


async def restart(server: ValkeyServer) -> None:
    server.kill()
    server.start()


async def empty(server: ValkeyServer) -> None:
    server.command("FLUSHALL")


@pytest.mark.parametrize("fault", [kill_subscriptions, restart, empty])
async def test_a_follower_gets_all_that_changes_while_redis_fails(
    own_valkey_server: ValkeyServer,
    book: BookKey,
    fault: Callable[[ValkeyServer], Awaitable[None]],
) -> None:
    async with engine_and_reader(own_valkey_server, beat=BEAT) as (engine, reader):
        await engine.views.publish(whole(book, 7))
        await shows(reader, whole(book, 7))
        async with following(reader, book) as news:
            copy = await rebuilt(news, 7)
            seq = 8
            for _ in range(3):
                await fault(own_valkey_server)
                for _ in range(50):
                    await engine.views.apply(change(book, seq, seq))
                    seq += 1
                    await asyncio.sleep(0.002)
                await rebuilt(news, seq - 1, copy)
                assert copy.view(book) == whole(book, seq - 1, seq - 1)


async def test_a_book_that_is_written_again_as_it_was_is_not_sent_again(
    own_valkey_server: ValkeyServer, book: BookKey
) -> None:
    async with engine_and_reader(own_valkey_server, beat=BEAT) as (engine, reader):
        await engine.views.publish(whole(book, 7))
        await shows(reader, whole(book, 7))
        async with following(reader, book) as news:
            copy = await rebuilt(news, 7)
            own_valkey_server.command("FLUSHALL")
            await shows(engine, whole(book, 7))
            await engine.views.flush()
            await engine.views.apply(change(book, 8, 3))
            await rebuilt(news, 8, copy)
            assert copy.views == 1


async def test_the_books_of_a_new_owner_replace_those_of_the_old_one(
    valkey_server: ValkeyServer, book: BookKey
) -> None:
    async with processes(valkey_server, 3) as [old, new, reader]:
        await old.begin(epoch=1)
        await old.views.publish(whole(book, 7))
        await shows(reader, whole(book, 7))
        await new.begin(7, epoch=2)
        await new.views.publish(whole(book, 8, 4))
        await shows(reader, whole(book, 8, 4))
        await old.views.publish(whole(book, 9, 9))  # it does not know yet
        await new.views.apply(change(book, 9, 2))
        await shows(reader, whole(book, 9, 2))
        assert reader.shown.view(book) == whole(book, 9, 2)


async def test_without_a_word_from_the_engine_the_store_answers(
    valkey_server: ValkeyServer, book: BookKey
) -> None:
    async with processes(valkey_server, 2, silence=0.2) as [engine, reader]:
        await engine.begin()
        await engine.views.publish(whole(book, 7))
        await shows(reader, whole(book, 7))
        await engine.views.end(0, 1)
        await shows(reader, BookView(book, 0))
        assert book in reader.stored.asked


async def test_a_process_that_gets_the_engine_shows_its_own_books(
    valkey_server: ValkeyServer, book: BookKey
) -> None:
    async with engine_and_reader(valkey_server) as (engine, reader):
        await engine.views.publish(whole(book, 7))
        await shows(reader, whole(book, 7))
        await reader.begin(7, epoch=2)
        await reader.views.publish(whole(book, 8, 4))
        await engine.views.publish(whole(book, 9, 9))
        await shows(reader, whole(book, 8, 4))
        await reader.views.end(0, 1)
        await engine.views.end(0, 1)
        await engine.begin(9, epoch=3)
        await engine.views.publish(whole(book, 10, 6))
        await shows(reader, whole(book, 10, 6))
        await reader.has_heard_all()
        assert reader.shown.view(book) == whole(book, 10, 6)


async def test_halts_are_shown_by_those_who_were_there_and_by_those_who_came_later(
    valkey_server: ValkeyServer, records: Records, book: BookKey
) -> None:
    async with processes(valkey_server, 3) as [engine, reader, late]:
        late.loses = lambda _: True
        await engine.begin()
        await engine.views.publish(whole(book, 7))
        await shows(reader, whole(book, 7))
        async with following(reader, book) as news:
            await rebuilt(news, 7)
            await engine.views.show_halts([records.halt(book.product_id)])
            halted = await news.next()
            assert isinstance(halted, BookView)
            assert halted.halted
        late.loses = lambda _: False
        await engine.views.flush()
        await late.has_heard_all()
        assert (await late.views.get(book, 10)).halted
        await engine.views.show_halts([])
        await shows(late, whole(book, 7))


async def test_a_process_without_a_mirror_reads_redis(
    valkey_server: ValkeyServer, book: BookKey
) -> None:
    async with engine_and_reader(valkey_server) as (engine, reader):
        await engine.views.publish(whole(book, 7))
        await engine.views.flush()
        reader.loses = lambda _: True
        reader.miss()
        assert await reader.views.get(book, 10) == whole(book, 7)
        assert reader.shown.view(book) is None


async def test_messages_have_what_was_written_and_nothing_else(
    valkey_server: ValkeyServer, book: BookKey
) -> None:
    messages: list[Told] = []

    def note(message: bytes) -> bool:
        news = decode.decode(message)
        if isinstance(news, Told):
            messages.append(news)
        return False

    async with engine_and_reader(valkey_server) as (engine, reader):
        reader.loses = note
        await engine.views.publish(whole(book, 7))
        await engine.views.flush()
        await engine.views.apply(change(book, 8, 3))
        for _ in range(3):  # it looks meanwhile, and the book is there
            await engine.views.flush()
        await reader.connection.call("DEL", *_keys(reader, book))
        await engine.views.apply(change(book, 9, 4))  # which follows nothing, so all is written
        await engine.views.flush()
        await reader.has_heard_all()
    told = [one.news(one.key) for message in messages for one in message.books]
    assert told == [whole(book, 7), merged(book, 8, 8, 3), whole(book, 9, 4)]
    numbers = [message.number for message in messages]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert len(numbers) > len(told)


def _keys(process: Process, book: BookKey) -> list[str]:
    name = f"{book.product_id}:{book.size}"
    return [process.connection.name(kind, name) for kind in ("book", "bids", "asks")]


async def test_each_shard_is_followed_wherever_its_engine_runs(
    valkey_server: ValkeyServer, records: Records
) -> None:
    async with processes(valkey_server, 3, shards=2) as [one, other, reader]:
        for shard, process in enumerate((one, other)):
            await process.begin(epoch=1, shard=shard)
        books: dict[int, BookKey] = {}
        while len(books) < 2:
            book = records.book()
            books[shard_of(book, 2)] = book
        await one.views.publish(whole(books[0], 7))
        await other.views.publish(whole(books[1], 17))
        await shows(reader, whole(books[0], 7))
        await shows(reader, whole(books[1], 17))
        reader.loses = lambda message: decode.decode(message).source.shard == 1
        await one.views.apply(change(books[0], 8, 3))
        await other.views.apply(change(books[1], 18, 3))
        for process in (one, other):
            await process.views.flush()
        await reader.has_heard_all()
        assert reader.shown.view(books[0]) == whole(books[0], 8, 3)
        reader.loses = lambda _: False
        for process in (one, other):
            await process.views.flush()
        await reader.has_heard_all()
        assert reader.shown.view(books[0]) == whole(books[0], 8, 3)
        assert reader.shown.view(books[1]) is None
        assert await reader.views.get(books[1], 10) == whole(books[1], 18, 3)


@pytest.mark.parametrize("is_ordered", [True, False])
async def test_who_follows_books_over_a_worn_line_sees_only_what_was(
    valkey_server: ValkeyServer, records: Records, is_ordered: bool, full: bool
) -> None:
    chance, books = random.Random(1), [records.book() for _ in range(5)]
    published: dict[BookKey, set[BookView]] = {book: set() for book in books}
    late: list[asyncio.Task[None]] = []
    last = 4_000 if full else 600
    async with engine_and_reader(valkey_server, beat=BEAT) as (engine, reader):
        reader.listener = BookListener(reader.mirrors.of_shards, is_ordered=is_ordered)

        def deliver(message: bytes) -> None:
            late.append(asyncio.create_task(reader.listener.hear(message)))

        def loses(message: bytes) -> bool:
            if not is_ordered and chance.random() < 0.3:
                asyncio.get_running_loop().call_later(0.1 * chance.random(), deliver, message)
                return True
            return chance.random() < 0.01

        async def follow_it(book: BookKey) -> None:
            copy = RebuiltBook()
            async with following(reader, book) as news:
                while copy.seq != last:
                    await rebuilt(news, (copy.seq or 0) + 1, copy)
                    assert copy.view(book) in published[book]

        for book in books:
            await engine.views.publish(whole(book, 7))
            published[book].add(whole(book, 7))
            await shows(reader, whole(book, 7))
        reader.loses = loses
        following_all = asyncio.gather(*map(follow_it, books))
        for seq in range(8, last + 1):
            for book in books:
                published[book].add(whole(book, seq, seq))
                await engine.views.apply(change(book, seq, seq))
            await asyncio.sleep(0.005)
        async with asyncio.timeout(PATIENCE):
            await following_all
        await asyncio.gather(*late)
