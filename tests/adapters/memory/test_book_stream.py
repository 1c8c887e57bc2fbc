"""The in-memory stream when a book changes faster than subscribers read."""

from datetime import timedelta

from solebook.adapters.memory.book_stream import MemoryBookStream
from solebook.adapters.memory.book_views import MemoryBookViews
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.ports.language.ids import ProductId
from solebook.ports.language.market import BookChange, BookKey, BookView, LevelChange, Side, Size


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
