"""Ended quotes leave the tables of the books, and their owners do not notice."""

from datetime import timedelta

import pytest

from solebook.ports.language.errors import NotFound
from solebook.ports.language.ids import QuoteId
from solebook.ports.language.market import QuoteStatus, Side
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.retention import Retention

from ...exchange import Exchange

DAY = timedelta(days=1)
RETENTION = Retention()


async def left_to_archive(exchange: Exchange) -> int:
    async with exchange.store.transaction():
        return await exchange.store.quote_archive.archive(exchange.clock.now())


async def bids(exchange: Exchange) -> dict[QuoteId, QuoteStatus]:
    page = await exchange.app.bidding.list_quotes(exchange.buyer, Side.BID, PageRequest(limit=100))
    return {quote.id: quote.status for quote in page.items}


async def test_ended_quotes_are_archived_and_those_that_never_traded_deleted_in_the_end(
    exchange: Exchange,
) -> None:
    sold = await exchange.trade(OrderStatus.DELIVERED)
    bid = (await exchange.bid(exchange.buyer, 15_000)).quote
    stands = (await exchange.bid(exchange.buyer, 14_000, expires_in_days=60)).quote
    await exchange.app.bidding.cancel_quote(exchange.buyer, Side.BID, bid.id)
    assert await left_to_archive(exchange) == 0
    await exchange.later(RETENTION.quotes_in_books)
    before = await bids(exchange)
    assert before == {
        sold.bid_id: QuoteStatus.MATCHED,
        bid.id: QuoteStatus.CANCELLED,
        stands.id: QuoteStatus.ACTIVE,
    }
    await exchange.later(DAY)
    assert await bids(exchange) == before
    assert await left_to_archive(exchange) == 0
    shown = await exchange.app.bidding.view_quote(exchange.buyer, Side.BID, bid.id)
    assert shown.quote.status is QuoteStatus.CANCELLED
    await exchange.later(RETENTION.quotes_without_trade + 25 * DAY)
    assert await bids(exchange) == {
        sold.bid_id: QuoteStatus.MATCHED,
        stands.id: QuoteStatus.EXPIRED,
    }
    with pytest.raises(NotFound):
        await exchange.app.bidding.view_quote(exchange.buyer, Side.BID, bid.id)
