"""What a bid or an ask would do, before it is placed."""

import pytest

from solebook.core.bidding.preview_quote import QuotePreview
from solebook.ports.language.errors import OutOfRange, OutsideTick, SizeNotOffered
from solebook.ports.language.market import BookKey, Condition, Side

from ...exchange import SIZE
from .market import PRICE, Market


@pytest.fixture
async def book(market: Market) -> BookKey:
    return (await market.add_product(SIZE)).book(SIZE, Condition.NEW)


async def preview(market: Market, book: BookKey, side: Side, amount: int) -> QuotePreview:
    user = await market.join()
    return await market.bidding.preview_quote(
        user.user_id, side, product_id=book.product_id, size=SIZE, amount=amount
    )


async def test_bid_that_reaches_an_ask_trades_at_the_asks_price(
    market: Market, book: BookKey
) -> None:
    await market.ask(PRICE, book=book)

    seen = await preview(market, book, Side.BID, PRICE + 1_000)

    assert (seen.trades_now, seen.price, seen.ahead) == (True, PRICE, 0)
    assert seen.cost is not None
    assert seen.cost.total == PRICE + seen.cost.shipping
    assert seen.proceeds is None


async def test_bid_that_rests_waits_for_those_at_its_price_or_better(
    market: Market, book: BookKey
) -> None:
    for amount in (PRICE - 2_000, PRICE - 1_000, PRICE - 1_000, PRICE):
        await market.bid(amount, book=book)

    seen = await preview(market, book, Side.BID, PRICE - 1_000)

    assert (seen.trades_now, seen.price, seen.ahead) == (False, PRICE - 1_000, 3)


async def test_ask_brings_what_the_fees_leave(market: Market, book: BookKey) -> None:
    await market.bid(PRICE, book=book)

    seen = await preview(market, book, Side.ASK, PRICE - 1_000)

    assert (seen.trades_now, seen.price) == (True, PRICE)
    assert seen.proceeds is not None
    assert (
        seen.proceeds.payout == PRICE - seen.proceeds.transaction_fee - seen.proceeds.processing_fee
    )
    assert seen.cost is None


async def test_nothing_is_unusual_without_sales(market: Market, book: BookKey) -> None:
    seen = await preview(market, book, Side.BID, 9_000_000)

    assert (seen.usual, seen.is_unusual) == (None, False)


async def test_what_could_not_be_placed_is_refused(market: Market, book: BookKey) -> None:
    with pytest.raises(OutOfRange):
        await preview(market, book, Side.BID, 1)
    with pytest.raises(OutsideTick):
        await preview(market, book, Side.BID, PRICE + 1)
    user = await market.join()
    with pytest.raises(SizeNotOffered):
        await market.bidding.preview_quote(
            user.user_id, Side.BID, product_id=book.product_id, size="13", amount=PRICE
        )
