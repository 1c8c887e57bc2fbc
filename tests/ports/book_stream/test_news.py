"""Contract of BookStream: a book's view, and then each change."""

import gc
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solebook.adapters.memory.book_stream import MemoryBookStream
from solebook.adapters.memory.book_views import MemoryBookViews
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.ports.language.market import (
    BookChange,
    BookChanges,
    BookKey,
    BookView,
    LevelChange,
    PriceLevel,
    Side,
)

from ...rebuilt_book import RebuiltBook
from ..records import Records
from .followed import INTERVAL, QUEUE, Market, all_news, changes, soon


async def test_reader_of_a_book_gets_its_view_first(market: Market, book: BookKey) -> None:
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


async def test_changes_follow_the_view_in_sequence(market: Market, book: BookKey) -> None:
    async with market.stream.open() as reader:
        await reader.follow(book)
        for price in (100, 200, 300):
            await market.change(book, (Side.BID, price, 1))
            await market.intervals()
        assert await all_news(reader) == [
            BookView(book, 0),
            *(changes(book, n, n, (Side.BID, n * 100, 1)) for n in (1, 2, 3)),
        ]


async def test_a_view_has_as_many_levels_as_are_wanted_and_changes_have_all(
    clock: VirtualClock, book: BookKey
) -> None:
    views = MemoryBookViews()
    stream = MemoryBookStream(views, clock, interval=timedelta(0), queue=QUEUE, depth=2)
    bids = tuple(PriceLevel(price, 1) for price in range(500, 200, -1))
    await views.publish(BookView(book, 7, bids, (PriceLevel(600, 2),)))
    async with stream.open() as reader:
        await reader.follow(book)
        assert await soon(reader.next()) == BookView(book, 7, bids[:2], (PriceLevel(600, 2),))
        await views.apply(BookChange(book, 8, (LevelChange(Side.BID, 300, 0),)))
        assert await soon(reader.next()) == changes(book, 8, 8, (Side.BID, 300, 0))


async def test_without_an_interval_each_change_is_sent_at_once(
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


async def test_changes_within_an_interval_are_sent_together(market: Market, book: BookKey) -> None:
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


async def test_first_change_after_a_quiet_interval_is_sent_at_once(
    market: Market, book: BookKey
) -> None:
    async with market.stream.open() as reader:
        await reader.follow(book)
        await market.change(book, (Side.BID, 100, 1))
        assert len(await all_news(reader)) == 2
        await market.intervals(2)
        await market.change(book, (Side.BID, 100, 2))
        assert await all_news(reader) == [changes(book, 2, 2, (Side.BID, 100, 2))]


async def test_reader_who_joins_within_an_interval_gets_each_change_once(
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


async def test_view_of_a_late_reader_includes_the_pending_changes(
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


async def test_republished_book_is_sent_completely(market: Market, book: BookKey) -> None:
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


async def test_book_republished_with_the_same_seq_is_sent(market: Market, book: BookKey) -> None:
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


async def test_nothing_is_sent_after_leaving_a_book(market: Market, records: Records) -> None:
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


async def test_following_again_sends_the_view_again(market: Market, book: BookKey) -> None:
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
async def test_rebuilt_book_equals_the_published_one_after_random_steps(
    market_here: Market, records: Records, steps: list[tuple[str, int, int]]
) -> None:
    market, book = market_here, records.book()
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


async def test_changes_with_a_gap_are_not_merged(book: BookKey) -> None:
    one, three = BookChange(book, 1, ()), BookChange(book, 3, ())
    with pytest.raises(AssertionError, match="missing"):
        BookChanges.merge([one, three])


@pytest.mark.parametrize(("interval", "queue"), [(timedelta(seconds=-1), 1), (INTERVAL, 0)])
def test_stream_with_invalid_settings_is_refused(
    clock: VirtualClock, interval: timedelta, queue: int
) -> None:
    with pytest.raises(ValueError, match="at least"):
        MemoryBookStream(MemoryBookViews(), clock, interval=interval, queue=queue)
