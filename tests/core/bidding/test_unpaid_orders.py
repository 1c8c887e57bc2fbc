"""The limit of orders that await payment, for each buyer."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from solebook.ports.language.errors import CounterpartBusy, SelfTrade, TooManyUnpaidOrders
from solebook.ports.language.events import PaymentDeclined
from solebook.ports.language.ids import UserId
from solebook.ports.language.market import Match, QuoteStatus, Side
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.rules import MarketRules

from .market import PRICE, Market, build_market

LIMIT = 2


@pytest.fixture
async def market() -> AsyncIterator[Market]:
    market = build_market(rules=MarketRules(max_unpaid_orders=LIMIT))
    await market.engine.start()
    yield market
    await market.engine.stop()


@pytest.fixture
async def buyer(market: Market) -> UserId:
    """A buyer with as many unpaid orders as allowed."""
    buyer = market.user_id()
    for _ in range(LIMIT):
        await bought(market, buyer)
    return buyer


async def bought(market: Market, buyer: UserId) -> Match:
    await market.ask()
    match = (await market.bid(user_id=buyer)).match
    assert match is not None
    return match


async def the_provider_answers(market: Market, buyer: UserId) -> None:
    """The provider says of each of the buyer's charges that it waits for them."""
    store = market.adapters.store
    for order in (await store.orders.of_user(buyer, PageRequest())).items:
        payment = await store.payments.find(order.id)
        assert payment is not None
        async with store.transaction():
            await store.payments.save(replace(payment, answered_at=market.adapters.clock.now()))


async def test_bids_of_a_buyer_who_keeps_sellers_waiting_leave_when_an_ask_reaches_them(
    market: Market, buyer: UserId
) -> None:
    await the_provider_answers(market, buyer)
    reached = [(await market.bid(PRICE + extra, user_id=buyer)).quote for extra in (500, 100)]
    lower = (await market.bid(PRICE - 500, user_id=buyer)).quote
    ask = await market.ask()
    assert ask.match is None
    assert [(await market.stored(bid)).status for bid in reached] == [QuoteStatus.CANCELLED] * 2
    assert await market.stored(lower) == lower
    assert await market.stored(ask.quote) == ask.quote


async def test_an_ask_skips_them_and_trades_with_another_bid(market: Market, buyer: UserId) -> None:
    await the_provider_answers(market, buyer)
    await market.bid(PRICE + 500, user_id=buyer)
    other = (await market.bid()).quote
    match = (await market.ask()).match
    assert match is not None
    assert match.bid_id == other.id


async def test_the_bids_stay_if_the_exchange_delays_one_charge(
    market: Market, buyer: UserId
) -> None:
    await the_provider_answers(market, buyer)
    (order, *_) = (await market.adapters.store.orders.of_user(buyer, PageRequest())).items
    payment = await market.adapters.store.payments.find(order.id)
    assert payment is not None
    async with market.adapters.store.transaction():
        await market.adapters.store.payments.save(replace(payment, answered_at=None))
    bid = (await market.bid(user_id=buyer)).quote
    with pytest.raises(CounterpartBusy):
        await market.ask()
    assert await market.stored(bid) == bid


async def test_a_bid_that_would_trade_is_refused_at_the_limit(
    market: Market, buyer: UserId
) -> None:
    ask = (await market.ask()).quote
    with pytest.raises(TooManyUnpaidOrders) as refused:
        await market.bid(user_id=buyer)
    assert refused.value.limit == LIMIT
    assert await market.stored(ask) == ask
    assert (await market.bid()).match is not None


async def test_a_bid_may_rest_at_the_limit(market: Market, buyer: UserId) -> None:
    assert (await market.bid(user_id=buyer)).match is None


async def test_a_bid_is_not_repriced_into_a_trade_at_the_limit(
    market: Market, buyer: UserId
) -> None:
    bid = (await market.bid(PRICE - 500, user_id=buyer)).quote
    await market.ask()
    with pytest.raises(TooManyUnpaidOrders):
        await market.engine.reprice(bid, PRICE)
    assert await market.stored(bid) == bid


async def test_resting_bids_of_a_buyer_at_the_limit_are_skipped(
    market: Market, buyer: UserId
) -> None:
    busy = (await market.bid(PRICE + 500, user_id=buyer)).quote
    others = (await market.bid()).quote
    match = (await market.ask()).match
    assert match is not None
    assert (match.bid_id, match.price) == (others.id, PRICE)
    assert await market.stored(busy) == busy
    await market.assert_view_is_the_store()


@pytest.mark.parametrize("ioc", [False, True])
async def test_an_ask_that_reaches_only_such_bids_may_be_retried(
    market: Market, buyer: UserId, ioc: bool
) -> None:
    busy = (await market.bid(user_id=buyer)).quote
    with pytest.raises(CounterpartBusy) as refused:
        await market.ask(ioc=ioc)
    assert refused.value.retry_after > 0
    assert await market.stored(busy) == busy
    far = (await market.ask(PRICE + 500)).quote
    with pytest.raises(CounterpartBusy):
        await market.engine.reprice(far, PRICE)
    assert await market.stored(far) == far


async def test_an_own_bid_beside_a_busy_one_is_not_a_self_trade(
    market: Market, buyer: UserId
) -> None:
    seller = market.user_id()
    own = (await market.bid(user_id=seller)).quote
    with pytest.raises(SelfTrade):
        await market.ask(user_id=seller)
    await market.bid(user_id=buyer)
    with pytest.raises(CounterpartBusy):
        await market.ask(user_id=seller)
    assert await market.stored(own) == own


async def test_the_limit_holds_within_one_batch(market: Market) -> None:
    buyer = market.user_id()
    await asyncio.gather(*(market.ask() for _ in range(4)))
    answers = await asyncio.gather(
        *(market.bid(user_id=buyer) for _ in range(4)), return_exceptions=True
    )
    refused = [answer for answer in answers if isinstance(answer, TooManyUnpaidOrders)]
    assert len(refused) == 4 - LIMIT


async def test_resting_bids_are_skipped_within_one_batch(market: Market) -> None:
    buyer = market.user_id()
    bids = [(await market.bid(user_id=buyer)).quote for _ in range(4)]
    answers = await asyncio.gather(*(market.ask() for _ in range(4)), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, CounterpartBusy)]
    assert len(refused) == 4 - LIMIT
    statuses = [await market.status(bid) for bid in bids]
    assert statuses == [QuoteStatus.MATCHED] * LIMIT + [QuoteStatus.ACTIVE] * (4 - LIMIT)


async def test_an_order_whose_payment_failed_no_longer_counts(
    market: Market, buyer: UserId
) -> None:
    last = (await market.adapters.store.orders.of_user(buyer, PageRequest())).items[0]
    await market.app.orders.continue_saga(PaymentDeclined(last.id, "insufficient_funds"))
    await bought(market, buyer)
    with pytest.raises(TooManyUnpaidOrders):
        await bought(market, buyer)


async def test_a_returning_ask_trades_with_a_buyer_at_the_limit(market: Market) -> None:
    """The ask cannot be refused, and its book must not be crossed."""
    buyer = market.user_id()
    first = await bought(market, market.user_id())
    for _ in range(LIMIT):
        await bought(market, buyer)
    bid = (await market.bid(user_id=buyer)).quote
    await market.engine.unwind(first.id, first.book, ask_returns=True)
    assert await market.status(bid) is QuoteStatus.MATCHED
    assert await market.stored_levels() == {Side.BID: {}, Side.ASK: {}}


async def test_a_batch_looks_up_few_buyers_however_many_an_ask_reaches() -> None:
    market = build_market()
    await market.engine.start()
    await asyncio.gather(*(market.bid() for _ in range(200)))
    await market.engine.stop()
    again = await market.restarted()  # which has read of nobody how much they have not paid
    again.books.buyers_read.clear()
    await asyncio.gather(*(again.ask() for _ in range(10)))
    (buyers,) = again.books.buyers_read
    assert 10 <= len(buyers) <= 60
    assert await again.stored_levels() == {Side.BID: {PRICE: 190}, Side.ASK: {}}
    await again.engine.stop()


async def test_an_ask_that_reaches_too_many_busy_buyers_may_be_retried() -> None:
    market = build_market(rules=MarketRules(max_unpaid_orders=1))
    await market.engine.start()
    buyers = [market.user_id() for _ in range(60)]
    for buyer in buyers:
        await bought(market, buyer)
    for buyer in buyers:
        await market.bid(user_id=buyer)
    free = (await market.bid()).quote
    with pytest.raises(CounterpartBusy):
        await market.ask()
    assert await market.stored(free) == free
    await market.engine.stop()
