"""The ask of an unwound match returns to its old place, if its terms and owner allow it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.ports.language.events import MatchUnwound, QuotesWithdrawn
from solebook.ports.language.market import (
    AskFate,
    BookKey,
    Match,
    Quote,
    QuoteStatus,
    Side,
    Size,
    TimeInForce,
    WithdrawalReason,
)
from solebook.ports.language.placement import PlaceQuote
from solebook.ports.language.rules import MarketRules

from .market import PRICE, Market, build_market


async def traded(market: Market, *commands: PlaceQuote) -> Match:
    """Place quotes, the last of which must trade."""
    placements = [await market.engine.place(command) for command in commands]
    match = placements[-1].match
    assert match is not None
    return match


async def fate_of(market: Market, match: Match) -> MatchUnwound:
    """Undo a match and return what was told of it."""
    await market.engine.unwind(match.id, match.book, ask_returns=True)
    messages = await market.adapters.store.outbox.unsent(10_000)
    unwound = [m.event for m in messages if isinstance(m.event, MatchUnwound)]
    (event,) = [event for event in unwound if event.order_id == match.id]
    return event


def withdrawn(match: Match, reason: WithdrawalReason) -> MatchUnwound:
    return MatchUnwound(match.id, AskFate.WITHDRAWN, reason)


async def ask_of(market: Market, match: Match) -> Quote:
    return await market.adapters.store.quotes.get(match.ask_id)


async def bid_of(market: Market, match: Match) -> Quote:
    return await market.adapters.store.quotes.get(match.bid_id)


# ---- the terms outlive the command -----------------------------------------------------------


async def test_an_immediate_ask_does_not_return(market: Market) -> None:
    match = await traded(
        market, market.command(Side.BID), market.command(Side.ASK, PRICE - 5_000, ioc=True)
    )
    event = await fate_of(market, match)
    assert event == withdrawn(match, WithdrawalReason.IMMEDIATE_OR_CANCEL)
    assert (await ask_of(market, match)).status is QuoteStatus.CANCELLED
    assert await market.stored_levels() == {Side.BID: {}, Side.ASK: {}}
    assert (await market.bid()).match is None


async def test_an_immediate_bid_does_not_return(market: Market) -> None:
    match = await traded(market, market.command(Side.ASK), market.command(Side.BID, ioc=True))
    assert (await fate_of(market, match)).ask is AskFate.RETURNED
    bid = await bid_of(market, match)
    assert (bid.status, bid.time_in_force) == (QuoteStatus.CANCELLED, TimeInForce.IOC)


@pytest.mark.parametrize("ioc", [False, True])
async def test_time_in_force_is_kept_over_a_restart(market: Market, ioc: bool) -> None:
    match = await traded(market, market.command(Side.BID), market.command(Side.ASK, ioc=ioc))
    await market.engine.stop()
    again = await market.restarted()
    await again.engine.unwind(match.id, match.book, ask_returns=True)
    status = (await ask_of(market, match)).status
    assert status is (QuoteStatus.CANCELLED if ioc else QuoteStatus.ACTIVE)
    await again.engine.stop()


# ---- the place in time -----------------------------------------------------------------------


async def test_a_later_bid_pays_the_amount_of_the_ask(market: Market) -> None:
    """Otherwise a seller could use an accomplice's declined card to get a later, higher price."""
    match = await traded(market, market.command(Side.ASK), market.command(Side.BID))
    later = (await market.bid(PRICE + 8_000)).quote
    assert (await fate_of(market, match)).ask is AskFate.TRADED
    ask = await ask_of(market, match)
    assert ask.match_id is not None
    again = await market.adapters.store.quotes.match(ask.match_id)
    assert (again.bid_id, again.price, again.maker) == (later.id, PRICE, Side.ASK)


async def test_an_earlier_bid_pays_its_own_amount(market: Market) -> None:
    """The ask skipped such a bid at first, because the buyer had too many unpaid orders."""
    market = build_market(rules=MarketRules(max_unpaid_orders=1))
    await market.engine.start()
    buyer = market.user_id()
    await traded(market, market.command(Side.ASK), market.command(Side.BID, user_id=buyer))
    early = (await market.bid(PRICE + 300, user_id=buyer)).quote
    match = await traded(market, market.command(Side.BID), market.command(Side.ASK))
    assert (await fate_of(market, match)).ask is AskFate.TRADED
    ask = await ask_of(market, match)
    assert ask.match_id is not None
    again = await market.adapters.store.quotes.match(ask.match_id)
    assert (again.bid_id, again.price, again.maker) == (early.id, PRICE + 300, Side.BID)
    await market.engine.stop()


async def test_a_returning_ask_trades_with_the_best_bid(market: Market) -> None:
    match = await traded(market, market.command(Side.ASK), market.command(Side.BID))
    await market.bid(PRICE + 100)
    first = (await market.bid(PRICE + 200)).quote
    await market.bid(PRICE + 200)
    await fate_of(market, match)
    assert await market.status(first) is QuoteStatus.MATCHED


async def test_a_returning_ask_skips_bids_of_its_owner(market: Market) -> None:
    match = await traded(market, market.command(Side.ASK), market.command(Side.BID))
    own = (await market.bid(PRICE + 200, user_id=match.seller_id)).quote
    others = (await market.bid(PRICE + 100)).quote
    assert (await fate_of(market, match)).ask is AskFate.TRADED
    assert await market.status(others) is QuoteStatus.MATCHED
    assert await market.stored(own) == own
    await market.assert_view_is_the_store()


async def test_a_returning_ask_that_reaches_only_its_owners_bids_is_withdrawn(
    market: Market,
) -> None:
    match = await traded(market, market.command(Side.ASK), market.command(Side.BID))
    own = (await market.bid(user_id=match.seller_id)).quote
    event = await fate_of(market, match)
    assert event == withdrawn(match, WithdrawalReason.OWN_COUNTERPART)
    ask = await ask_of(market, match)
    assert (ask.status, ask.match_id) == (QuoteStatus.CANCELLED, match.id)
    assert await market.stored(own) == own
    await market.assert_view_is_the_store()


@pytest.mark.parametrize("count", [2, 5])
async def test_asks_that_return_in_one_batch_do_so_in_order_of_arrival(
    market: Market, count: int
) -> None:
    matches = [
        await traded(market, market.command(Side.ASK), market.command(Side.BID))
        for _ in range(count)
    ]
    bids = [(await market.bid(PRICE + 100 * n)).quote for n in range(count)]
    await asyncio.gather(
        *(
            market.engine.unwind(match.id, match.book, ask_returns=True)
            for match in reversed(matches)
        )
    )
    bought = [(await market.stored(bid)).match_id for bid in reversed(bids)]
    sold = [(await ask_of(market, match)).match_id for match in matches]
    assert sold == bought, "the first ask to arrive meets the best bid"


async def test_asks_that_return_in_one_batch_are_read_together(market: Market) -> None:
    matches = [
        await traded(market, market.command(Side.ASK), market.command(Side.BID)) for _ in range(4)
    ]
    market.books.readings.clear()
    await asyncio.gather(
        *(market.engine.unwind(match.id, match.book, ask_returns=True) for match in matches)
    )
    assert market.books.readings == ["matches", "get"]


async def test_a_returning_ask_goes_before_new_ones_of_its_batch(market: Market) -> None:
    match = await traded(market, market.command(Side.ASK), market.command(Side.BID))
    bid = (await market.bid(PRICE)).quote
    placed, _ = await asyncio.gather(
        market.ask(PRICE), market.engine.unwind(match.id, match.book, ask_returns=True)
    )
    assert placed.match is None
    assert (await market.stored(bid)).match_id == (await ask_of(market, match)).match_id


# ---- who and what may return -----------------------------------------------------------------


async def test_the_ask_of_a_suspended_owner_does_not_return(market: Market) -> None:
    seller = await market.join()
    match = await traded(
        market, market.command(Side.ASK, user_id=seller.user_id), market.command(Side.BID)
    )
    await market.suspend(seller)
    event = await fate_of(market, match)
    assert event == withdrawn(match, WithdrawalReason.SUSPENDED)
    assert (await ask_of(market, match)).status is QuoteStatus.CANCELLED


async def test_the_ask_of_a_user_barred_from_bidding_returns(market: Market) -> None:
    match = await traded(market, market.command(Side.ASK), market.command(Side.BID))
    market.traders.bar(match.seller_id, Side.BID)
    assert (await fate_of(market, match)).ask is AskFate.RETURNED


@pytest.mark.parametrize(
    "rules",
    [
        MarketRules(min_amount=PRICE + 100),
        MarketRules(max_amount=PRICE - 100),
        MarketRules(tick=300, min_amount=3_000, max_amount=9_000_000),
    ],
    ids=["below the minimum", "above the maximum", "beside the ticks"],
)
async def test_an_ask_outside_the_current_rules_does_not_return(
    market: Market, rules: MarketRules
) -> None:
    match = await traded(market, market.command(Side.ASK), market.command(Side.BID))
    await market.engine.stop()
    again = await market.restarted(rules=rules)
    event = await fate_of(again, match)
    assert event == withdrawn(match, WithdrawalReason.OUTSIDE_RULES)
    await again.engine.stop()


async def test_an_ask_in_an_invalid_size_does_not_return(market: Market) -> None:
    book = BookKey(market.book.product_id, Size("ten"))
    match = await traded(
        market, market.command(Side.ASK, book=book), market.command(Side.BID, book=book)
    )
    assert await fate_of(market, match) == withdrawn(match, WithdrawalReason.INVALID_SIZE)


async def test_an_expired_ask_does_not_return(market: Market) -> None:
    match = await traded(market, market.command(Side.ASK, days=1), market.command(Side.BID))
    await market.clock.advance(timedelta(days=1))
    assert (await fate_of(market, match)).ask is AskFate.EXPIRED


async def test_an_ask_ends_unless_only_the_payment_was_at_fault(
    market: Market,
) -> None:
    match = await traded(market, market.command(Side.ASK), market.command(Side.BID))
    await market.engine.unwind(match.id, match.book, ask_returns=False)
    messages = await market.adapters.store.outbox.unsent(100)
    assert MatchUnwound(match.id, AskFate.ENDED, None) in [m.event for m in messages]


# ---- orders that would cost the seller money -------------------------------------------------


@pytest.fixture
async def dear(market: Market) -> AsyncIterator[Market]:
    """The market after the fees rose, so that trades below 10,000 cents cost the seller money."""
    for amount in (2_500, 2_600):
        await market.ask(amount)
    await market.bid(2_400)
    await market.engine.stop()
    rules = MarketRules(min_amount=10_000, min_transaction_fee=5_000)
    again = await market.restarted(rules=rules, adopts_rules=False)
    yield again
    await again.engine.stop()


async def test_no_order_is_opened_that_would_cost_its_seller_money(dear: Market) -> None:
    """Reached asks are withdrawn, because a book must not be crossed, and owners are notified."""
    bid = await dear.bid(20_000)
    assert bid.match is None
    assert await dear.stored_levels() == {Side.BID: {20_000: 1, 2_400: 1}, Side.ASK: {}}
    await dear.assert_view_is_the_store()
    messages = await dear.adapters.store.outbox.unsent(100)
    told = [m.event for m in messages if isinstance(m.event, QuotesWithdrawn)]
    assert [event.reason for event in told] == [WithdrawalReason.OUTSIDE_RULES] * 2
    assert [event.quotes[0].amount for event in told] == [2_500, 2_600]
    assert await dear.adapters.store.orders.count_by_status() == {}


async def test_a_bid_that_would_cost_the_seller_money_is_withdrawn(dear: Market) -> None:
    ask = await dear.ask(2_400)
    assert ask.match is None
    levels = await dear.stored_levels()
    assert levels == {Side.BID: {}, Side.ASK: {2_400: 1, 2_500: 1, 2_600: 1}}


async def test_the_next_profitable_ask_trades(dear: Market) -> None:
    paying = (await dear.ask(15_000)).quote
    match = (await dear.bid(20_000)).match
    assert match is not None
    assert (match.ask_id, match.price) == (paying.id, 15_000)
    assert replace(paying, status=QuoteStatus.MATCHED, match_id=match.id) == (
        await dear.stored(paying)
    )
