"""The in-memory stream when a book changes faster than subscribers read."""

from datetime import timedelta

import pytest

from solebook.adapters.memory.book_stream import MemoryBookStream
from solebook.adapters.memory.book_views import MemoryBookViews
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.ports.language.ids import ProductId
from solebook.ports.language.market import (
    BookChange,
    BookChanges,
    BookKey,
    BookView,
    LevelChange,
    PriceLevel,
    Side,
    Size,
)


async def test_too_many_changes_are_sent_as_a_whole_view(
    clock: VirtualClock, ids: SeededIds
) -> None:
    book, views = BookKey(ProductId(ids.new()), Size("9")), MemoryBookViews()
    stream = MemoryBookStream(views, clock, interval=timedelta(seconds=1), queue=10)
    async with stream.open() as reader:
        await reader.follow(book)
        for seq in range(1, 2_500):
            await views.apply(BookChange(book, seq, (LevelChange(Side.BID, seq, 1),)))
        await clock.advance(timedelta(seconds=1))
        assert await reader.next() == BookView(book, 0)
        assert await reader.next() == views.view(book)
        await views.apply(BookChange(book, 2_500, ()))
        await clock.advance(timedelta(seconds=1))
        assert (await reader.next()).seq == 2_500


async def test_merged_changes_are_sent_to_each_reader_from_where_it_is(
    clock: VirtualClock, ids: SeededIds
) -> None:
    book, views = BookKey(ProductId(ids.new()), Size("9")), MemoryBookViews()
    stream = MemoryBookStream(views, clock, interval=timedelta(seconds=1), queue=10)
    bid, ask = LevelChange(Side.BID, 100, 2), LevelChange(Side.ASK, 300, 1)
    later = LevelChange(Side.BID, 100, 0)
    async with stream.open() as early, stream.open() as late:
        await early.follow(book)
        await views.apply(BookChanges(book, 1, 3, (bid,)))
        await late.follow(book)
        await views.apply(BookChanges(book, 4, 9, (ask,)))
        await views.apply(BookChange(book, 10, (later,)))
        await clock.advance(timedelta(seconds=1))
        assert await early.next() == BookView(book, 0)
        assert await early.next() == BookChanges(book, 1, 10, (later, ask))
        assert await late.next() == BookView(book, 3, (PriceLevel(100, 2),))
        assert await late.next() == BookChanges(book, 4, 10, (ask, later))


async def test_changes_after_missing_ones_are_refused(ids: SeededIds) -> None:
    book, views = BookKey(ProductId(ids.new()), Size("9")), MemoryBookViews()
    with pytest.raises(AssertionError, match="change 2 to 3 of a book at 0"):
        await views.apply(BookChanges(book, 2, 3, ()))
