"""Contract of BookStream: readers that fall behind, wait or are closed."""

import asyncio

import pytest

from solebook.ports.language.market import BookKey, BookView, Side
from solebook.ports.language.streams import FellBehind

from ..records import Records
from .followed import QUEUE, Market, all_news, soon


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


async def test_queue_holds_up_to_its_limit(market: Market, book: BookKey) -> None:
    async with market.stream.open() as reader:
        await reader.follow(book)
        for quantity in range(1, QUEUE):
            await market.change(book, (Side.BID, 100, quantity))
            await market.intervals()
        assert [news.seq for news in await all_news(reader)] == list(range(QUEUE))


async def test_reader_of_too_many_books_falls_behind(market: Market, records: Records) -> None:
    async with market.stream.open() as reader:
        for _ in range(QUEUE + 1):
            await reader.follow(records.book())
        with pytest.raises(FellBehind):
            await reader.next()


async def test_waiting_reader_wakes_for_an_item_or_when_it_falls_behind(
    market: Market, book: BookKey
) -> None:
    async with market.stream.open() as reader:
        waiting = asyncio.create_task(reader.next())
        await asyncio.sleep(0)
        assert not waiting.done()
        await reader.follow(book)
        assert await soon(waiting) == BookView(book, 0)


async def test_closed_readers_leave_no_tasks_running(market: Market, book: BookKey) -> None:
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
