"""Contract of BookStream."""

import asyncio
import gc
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solebook.adapters.memory.book_stream import MemoryBookStream
from solebook.adapters.memory.book_views import MemoryBookViews
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.ports.book_stream import BookReader, BookStream, FellBehind
from solebook.ports.book_views import BookViews
from solebook.ports.language.market import (
    BookChange,
    BookChanges,
    BookKey,
    BookView,
    LevelChange,
    PriceLevel,
    Side,
)

from ..rebuilt_book import RebuiltBook
from .records import Records

INTERVAL = timedelta(milliseconds=100)
QUEUE = 5
PATIENCE = 5.0
"""Seconds of real time after which something hangs."""


@dataclass
class Market:
    """Books that change, and a stream that tells of them."""

    views: BookViews
    stream: BookStream
    clock: VirtualClock
    seqs: dict[BookKey, int] = field(default_factory=dict)

    async def change(self, book: BookKey, *levels: tuple[Side, int, int]) -> None:
        """Publish the next change of a book."""
        seq = self.seqs[book] = self.seqs.get(book, 0) + 1
        await self.views.apply(BookChange(book, seq, tuple(LevelChange(*one) for one in levels)))

    async def publish(self, view: BookView) -> None:
        self.seqs[view.book] = view.seq
        await self.views.publish(view)

    async def intervals(self, number: int = 1) -> None:
        for _ in range(number):
            await self.clock.advance(INTERVAL)


@pytest.fixture(params=["memory"])
def market(clock: VirtualClock) -> Market:
    views = MemoryBookViews()
    stream = MemoryBookStream(views, clock, interval=INTERVAL, queue=QUEUE)
    return Market(views, stream, clock)


@pytest.fixture
def book(records: Records) -> BookKey:
    return records.book()


async def soon(work: Awaitable[BookView | BookChanges]) -> BookView | BookChanges:
    async with asyncio.timeout(PATIENCE):
        return await work


async def all_news(reader: BookReader) -> list[BookView | BookChanges]:
    """Return what waits for the reader."""
    news: list[BookView | BookChanges] = []
    while True:
        taking = asyncio.create_task(reader.next())
        for _ in range(3):
            await asyncio.sleep(0)
        if not taking.done():
            taking.cancel()
            await asyncio.gather(taking, return_exceptions=True)
            return news
        news.append(taking.result())


def changes(book: BookKey, first_seq: int, seq: int, *levels: tuple[Side, int, int]) -> BookChanges:
    return BookChanges(book, first_seq, seq, tuple(LevelChange(*one) for one in levels))


async def test_who_follows_a_book_is_told_its_view_first(market: Market, book: BookKey) -> None:
    levels = tuple(PriceLevel(price, 1) for price in range(500, 200, -1))
    view = BookView(book, 7, levels, (PriceLevel(600, 2),))
    await market.publish(view)
    async with market.stream.open() as reader:
        await reader.follow(book)
        assert await soon(reader.next()) == view


async def test_an_unknown_book_is_empty_at_seq_0(market: Market, book: BookKey) -> None:
    async with market.stream.open() as reader:
        await reader.follow(book)
        assert await soon(reader.next()) == BookView(book, 0)
        await market.change(book, (Side.BID, 100, 1))
        await market.intervals()
        assert await soon(reader.next()) == changes(book, 1, 1, (Side.BID, 100, 1))


async def test_changes_follow_the_view_one_after_the_other(market: Market, book: BookKey) -> None:
    async with market.stream.open() as reader:
        await reader.follow(book)
        for price in (100, 200, 300):
            await market.change(book, (Side.BID, price, 1))
            await market.intervals()
        assert await all_news(reader) == [
            BookView(book, 0),
            *(changes(book, n, n, (Side.BID, n * 100, 1)) for n in (1, 2, 3)),
        ]


async def test_without_an_interval_each_change_is_told_at_once(
    clock: VirtualClock, book: BookKey
) -> None:
    views = MemoryBookViews()
    stream = MemoryBookStream(views, clock, interval=timedelta(0), queue=QUEUE)
    market = Market(views, stream, clock)
    async with stream.open() as reader:
        await reader.follow(book)
        assert await soon(reader.next()) == BookView(book, 0)
        for n in (1, 2):
            await market.change(book, (Side.BID, n * 100, 1))
            assert await soon(reader.next()) == changes(book, n, n, (Side.BID, n * 100, 1))


async def test_changes_within_an_interval_are_told_together(market: Market, book: BookKey) -> None:
    async with market.stream.open() as reader:
        await reader.follow(book)
        await market.change(book, (Side.BID, 100, 1))
        await all_news(reader)
        await market.change(book, (Side.BID, 100, 2), (Side.ASK, 300, 1))
        for quantity in (3, 4, 0):
            await market.change(book, (Side.BID, 100, quantity))
        await market.change(book, (Side.ASK, 200, 1))
        assert await all_news(reader) == []
        await market.intervals()
        assert await all_news(reader) == [
            changes(book, 2, 6, (Side.BID, 100, 0), (Side.ASK, 300, 1), (Side.ASK, 200, 1))
        ]
        await market.intervals(10)
        assert await all_news(reader) == []


async def test_the_first_change_after_a_quiet_while_does_not_wait(
    market: Market, book: BookKey
) -> None:
    async with market.stream.open() as reader:
        await reader.follow(book)
        await market.change(book, (Side.BID, 100, 1))
        assert len(await all_news(reader)) == 2
        await market.intervals(2)
        await market.change(book, (Side.BID, 100, 2))
        assert await all_news(reader) == [changes(book, 2, 2, (Side.BID, 100, 2))]


async def test_who_comes_in_the_middle_of_an_interval_misses_nothing_and_hears_nothing_twice(
    market: Market, book: BookKey
) -> None:
    async with market.stream.open() as early, market.stream.open() as late:
        await early.follow(book)
        await market.change(book, (Side.BID, 100, 1))
        await all_news(early)
        await market.change(book, (Side.BID, 200, 1))
        await late.follow(book)
        await market.change(book, (Side.BID, 300, 1))
        await market.intervals()
        assert await all_news(early) == [
            changes(book, 2, 3, (Side.BID, 200, 1), (Side.BID, 300, 1))
        ]
        assert await all_news(late) == [
            BookView(book, 2, (PriceLevel(200, 1), PriceLevel(100, 1))),
            changes(book, 3, 3, (Side.BID, 300, 1)),
        ]


async def test_who_comes_after_the_last_change_of_an_interval_knows_it_already(
    market: Market, book: BookKey, caplog: pytest.LogCaptureFixture
) -> None:
    async with market.stream.open() as early, market.stream.open() as late:
        await early.follow(book)
        await market.change(book, (Side.BID, 100, 1))
        await all_news(early)
        await market.change(book, (Side.BID, 200, 1))
        await late.follow(book)
        await market.intervals()
        assert [news.seq for news in await all_news(early)] == [2]
        assert [type(news) for news in await all_news(late)] == [BookView]
        gc.collect()
        assert not caplog.records


async def test_a_book_that_is_published_anew_is_told_whole(market: Market, book: BookKey) -> None:
    async with market.stream.open() as early, market.stream.open() as late:
        await early.follow(book)
        await market.change(book, (Side.BID, 100, 1))
        await all_news(early)
        await market.change(book, (Side.BID, 150, 1))
        fresh = BookView(book, 40, (PriceLevel(120, 2),), ())
        await market.publish(fresh)
        await late.follow(book)
        await market.change(book, (Side.ASK, 300, 1))
        await market.intervals()
        whole = BookView(book, 41, (PriceLevel(120, 2),), (PriceLevel(300, 1),))
        assert await all_news(early) == [whole]
        assert await all_news(late) == [fresh, changes(book, 41, 41, (Side.ASK, 300, 1))]
        await market.change(book, (Side.ASK, 300, 2))
        await market.intervals()
        more = changes(book, 42, 42, (Side.ASK, 300, 2))
        assert (await all_news(early), await all_news(late)) == ([more], [more])


async def test_a_book_published_anew_under_its_old_number_is_told_too(
    market: Market, book: BookKey
) -> None:
    async with market.stream.open() as reader:
        await reader.follow(book)
        await market.change(book, (Side.BID, 100, 1))
        await all_news(reader)
        view = BookView(book, 1, (PriceLevel(100, 2),), ())
        await market.publish(view)
        await market.intervals()
        assert await all_news(reader) == [view]


async def test_a_reader_follows_several_books(market: Market, records: Records) -> None:
    one, other, third = (records.book() for _ in range(3))
    async with market.stream.open() as reader:
        await reader.follow(one)
        await reader.follow(other)
        for book in (one, other, third):
            await market.change(book, (Side.BID, 100, 1))
        await market.intervals()
        news = await all_news(reader)
    assert [(type(n), n.book) for n in news] == [
        (BookView, one), (BookView, other), (BookChanges, one), (BookChanges, other)
    ]  # fmt: skip


async def test_nothing_is_told_of_a_book_that_was_left(market: Market, records: Records) -> None:
    left, kept = records.book(), records.book()
    async with market.stream.open() as reader:
        await reader.follow(left)
        await reader.follow(kept)
        for book in (left, kept):
            await market.change(book, (Side.BID, 100, 1))
        await market.intervals()
        await market.change(left, (Side.BID, 100, 2))
        reader.leave(left)
        reader.leave(records.book())
        await market.change(left, (Side.BID, 100, 3))
        await market.intervals(2)
        assert [news.book for news in await all_news(reader)] == [kept, kept]
        await reader.follow(left)
        assert await all_news(reader) == [BookView(left, 3, (PriceLevel(100, 3),))]


async def test_to_follow_again_is_to_begin_anew(market: Market, book: BookKey) -> None:
    async with market.stream.open() as reader, market.stream.open() as other:
        await reader.follow(book)
        await other.follow(book)
        await market.change(book, (Side.BID, 100, 1))
        await market.intervals()
        await market.change(book, (Side.BID, 100, 2))
        await reader.follow(book)
        await market.intervals()
        assert await all_news(reader) == [BookView(book, 2, (PriceLevel(100, 2),))]
        assert [news.seq for news in await all_news(other)] == [0, 1, 2]


async def test_who_reads_too_slowly_falls_behind_and_nobody_else_notices(
    market: Market, book: BookKey
) -> None:
    heard = []
    async with market.stream.open() as slow, market.stream.open() as quick:
        await slow.follow(book)
        await quick.follow(book)
        for quantity in range(1, QUEUE + 3):
            await market.change(book, (Side.BID, 100, quantity))
            await market.intervals()
            heard += await all_news(quick)
        assert [news.seq for news in heard] == list(range(QUEUE + 3))
        for _ in range(2):
            with pytest.raises(FellBehind):
                await slow.next()
        await slow.follow(book)
        with pytest.raises(FellBehind):
            await slow.next()


async def test_as_much_as_may_wait_does(market: Market, book: BookKey) -> None:
    async with market.stream.open() as reader:
        await reader.follow(book)
        for quantity in range(1, QUEUE):
            await market.change(book, (Side.BID, 100, quantity))
            await market.intervals()
        assert [news.seq for news in await all_news(reader)] == list(range(QUEUE))


async def test_who_follows_too_many_books_at_once_falls_behind(
    market: Market, records: Records
) -> None:
    async with market.stream.open() as reader:
        for _ in range(QUEUE + 1):
            await reader.follow(records.book())
        with pytest.raises(FellBehind):
            await reader.next()


async def test_a_waiting_reader_is_woken_by_falling_behind_or_by_news(
    market: Market, book: BookKey
) -> None:
    async with market.stream.open() as reader:
        waiting = asyncio.create_task(reader.next())
        await asyncio.sleep(0)
        assert not waiting.done()
        await reader.follow(book)
        assert await soon(waiting) == BookView(book, 0)


async def test_readers_that_are_gone_leave_nothing_running(market: Market, book: BookKey) -> None:
    before = asyncio.all_tasks()
    async with market.stream.open() as reader:
        await reader.follow(book)
        for quantity in (1, 2):
            await market.change(book, (Side.BID, 100, quantity))
            await all_news(reader)
        assert asyncio.all_tasks() > before
    await market.intervals(0)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
    await market.change(book, (Side.BID, 100, 3))
    assert asyncio.all_tasks() == before


STEP = st.one_of(
    st.tuples(st.just("bid"), st.integers(1, 4), st.integers(0, 2)),
    st.tuples(st.just("ask"), st.integers(5, 8), st.integers(0, 2)),
    st.tuples(st.just("publish"), st.integers(0, 3), st.just(0)),
    st.tuples(st.just("pause"), st.integers(0, 150), st.just(0)),
    st.tuples(st.sampled_from(["join", "part", "read"]), st.integers(0, 1), st.just(0)),
)


@given(steps=st.lists(STEP, max_size=25))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_whatever_happens_the_rebuilt_book_is_the_published_one(
    market: Market, records: Records, steps: list[tuple[str, int, int]]
) -> None:
    book = records.book()
    async with market.stream.open() as first, market.stream.open() as second:
        readers, rebuilt = (first, second), [RebuiltBook(), RebuiltBook()]
        followed = [False, False]
        for name, number, quantity in steps:
            if name in ("bid", "ask"):
                await market.change(book, (Side(name), number, quantity))
            elif name == "publish":
                view = await market.views.get(book, 10)
                await market.publish(BookView(book, view.seq + number, view.bids, view.asks))
            elif name == "pause":
                await market.clock.advance(timedelta(milliseconds=number))
            elif name == "join":
                await readers[number].follow(book)
                followed[number] = True
            elif name == "part":
                readers[number].leave(book)
                followed[number] = False
            for reader, copy in zip(readers, rebuilt, strict=True):
                for news in await all_news(reader):
                    copy.tell(news)
        await market.intervals()
        for reader, copy, follows in zip(readers, rebuilt, followed, strict=True):
            for news in await all_news(reader):
                copy.tell(news)
            if follows:
                assert copy.view(book) == await market.views.get(book, 10)


async def test_changes_that_do_not_follow_each_other_are_not_merged(book: BookKey) -> None:
    one, three = BookChange(book, 1, ()), BookChange(book, 3, ())
    with pytest.raises(AssertionError, match="missing"):
        BookChanges.merge([one, three])


@pytest.mark.parametrize(("interval", "queue"), [(timedelta(seconds=-1), 1), (INTERVAL, 0)])
def test_a_stream_that_makes_no_sense_is_refused(
    clock: VirtualClock, interval: timedelta, queue: int
) -> None:
    with pytest.raises(ValueError, match="no stream"):
        MemoryBookStream(MemoryBookViews(), clock, interval=interval, queue=queue)


# ---- halts -----------------------------------------------------------------------------------


async def test_who_follows_a_book_hears_that_it_is_halted_and_opened(
    market: Market, records: Records, book: BookKey
) -> None:
    await market.publish(BookView(book, 7, (PriceLevel(500, 1),), ()))
    async with market.stream.open() as reader:
        await reader.follow(book)
        await soon(reader.next())
        await market.views.show_halts([records.halt(book.product_id)])
        await market.intervals()
        halted = await soon(reader.next())
        assert halted == BookView(book, 7, (PriceLevel(500, 1),), (), halted=True)
        await market.views.show_halts([])
        await market.change(book, (Side.ASK, 600, 1))
        await market.intervals()
        opened = await soon(reader.next())
        assert opened == BookView(book, 8, (PriceLevel(500, 1),), (PriceLevel(600, 1),))
        assert await all_news(reader) == []


async def test_a_book_without_a_view_is_told_to_be_halted(
    market: Market, records: Records, book: BookKey
) -> None:
    async with market.stream.open() as reader:
        await reader.follow(book)
        assert await soon(reader.next()) == BookView(book, 0)
        await market.views.show_halts([records.halt(book.product_id)])
        await market.intervals()
        assert await soon(reader.next()) == BookView(book, 0, halted=True)


async def test_a_halt_elsewhere_is_no_news(market: Market, records: Records, book: BookKey) -> None:
    async with market.stream.open() as reader:
        await reader.follow(book)
        await soon(reader.next())
        await market.views.show_halts([records.halt(records.product_id())])
        await market.intervals()
        assert await all_news(reader) == []


async def test_changes_go_on_from_the_view_of_a_halted_book(
    market: Market, records: Records, book: BookKey
) -> None:
    await market.publish(BookView(book, 7, (PriceLevel(500, 1),), ()))
    async with market.stream.open() as reader:
        await reader.follow(book)
        await market.views.show_halts([records.halt(book.product_id)])
        await market.intervals()
        await market.change(book, (Side.BID, 500, 0))
        await market.intervals()
        *_, halted, cancelled = await all_news(reader)
        assert isinstance(halted, BookView)
        assert halted.halted
        assert cancelled == changes(book, 8, 8, (Side.BID, 500, 0))
