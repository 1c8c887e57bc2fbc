"""The public market and book of one size of a product."""

import pytest

from solebook.ports.language.errors import InvalidSize, NotFound, SizeNotOffered
from solebook.ports.language.ids import ProductId
from solebook.ports.language.market import BookKey, Condition, PriceLevel

from ...exchange import SIZE
from .market import PRICE, Market

NEW = Condition.NEW


@pytest.fixture
async def book(market: Market) -> BookKey:
    return (await market.add_product(SIZE)).book(SIZE, NEW)


async def test_a_market_shows_its_best_prices_and_what_they_mean(
    market: Market, book: BookKey
) -> None:
    await market.ask(PRICE, book=book)
    await market.bid(PRICE - 1_000, book=book)

    seen = await market.bidding.view_market(None, book.product_id, SIZE, NEW)
    assert (seen.best.lowest_ask, seen.best.highest_bid) == (PRICE, PRICE - 1_000)
    assert (seen.last_sale, seen.sales) == (None, 0)
    assert seen.preview.buy_now is not None
    assert seen.preview.buy_now.price == PRICE


async def test_a_book_shows_as_many_levels_as_are_asked_for(market: Market, book: BookKey) -> None:
    await market.ask(PRICE, book=book)
    await market.ask(PRICE + 100, book=book)

    seen = await market.bidding.view_book(book.product_id, SIZE, NEW, depth=1)
    assert seen.asks == (PriceLevel(PRICE, 1),)


async def test_a_book_of_an_unoffered_size_is_not_found(market: Market, book: BookKey) -> None:
    find_book = market.bidding.find_book
    with pytest.raises(SizeNotOffered):
        await find_book(book.product_id, "13", NEW)
    with pytest.raises(InvalidSize):
        await find_book(book.product_id, "9.0", NEW)
    with pytest.raises(NotFound):
        await find_book(ProductId(market.ids.new()), SIZE, NEW)
