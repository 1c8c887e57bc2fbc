"""Contract of BookStream: readers of a book get its halts and openings."""

from solebook.ports.language.market import BookKey, BookView, PriceLevel, Side

from ...rebuilt_book import RebuiltBook
from ..records import Records
from .followed import Market, all_news, changes, soon


async def test_reader_of_a_book_gets_its_halt_and_opening(
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
        copy = RebuiltBook()
        for news in (await soon(reader.next()), *await all_news(reader)):
            copy.tell(news)
        assert copy.view(book) == BookView(book, 8, (PriceLevel(500, 1),), (PriceLevel(600, 1),))


async def test_halt_of_an_unpublished_book_is_sent(
    market: Market, records: Records, book: BookKey
) -> None:
    async with market.stream.open() as reader:
        await reader.follow(book)
        assert await soon(reader.next()) == BookView(book, 0)
        await market.views.show_halts([records.halt(book.product_id)])
        await market.intervals()
        assert await soon(reader.next()) == BookView(book, 0, halted=True)


async def test_halt_of_another_book_sends_nothing(
    market: Market, records: Records, book: BookKey
) -> None:
    async with market.stream.open() as reader:
        await reader.follow(book)
        await soon(reader.next())
        await market.views.show_halts([records.halt(records.product_id())])
        await market.intervals()
        assert await all_news(reader) == []


async def test_changes_continue_from_the_view_of_a_halted_book(
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
