"""Unwinding the match of a cancelled order: the bid is cancelled, the ask may return."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.ports.language.errors import NoCounterpart, NotFound, TooManyOpenQuotes
from solebook.ports.language.events import OrderCancelled
from solebook.ports.language.ids import OrderId
from solebook.ports.language.market import Match, MatchStatus, Quote, QuoteStatus, Side
from solebook.ports.language.orders import CancelReason
from solebook.ports.language.rules import MarketRules

from .market import PRICE, Market, build_market

UNPAID = CancelReason.PAYMENT_OVERDUE
RETURNING = (
    CancelReason.PAYMENT_DECLINED,
    CancelReason.PAYMENT_OVERDUE,
    CancelReason.GIVEN_UP,
)


def cancelled(match: Match, reason: CancelReason) -> OrderCancelled:
    return OrderCancelled(
        order_id=match.id,
        bid_id=match.bid_id,
        ask_id=match.ask_id,
        buyer_id=match.buyer_id,
        seller_id=match.seller_id,
        book=match.book,
        price=match.price,
        reason=reason,
        note=None,
    )


async def unwind(market: Market, match: Match, reason: CancelReason = UNPAID) -> None:
    await market.bidding.unwind_match(cancelled(match, reason))


async def trade(market: Market, ask: Quote, amount: int = PRICE) -> Match:
    placement = await market.bid(amount)
    assert placement.match is not None
    assert placement.match.ask_id == ask.id
    return placement.match


async def quotes_of(market: Market, match: Match) -> tuple[Quote, Quote]:
    quotes = market.adapters.store.quotes
    return await quotes.get(match.bid_id), await quotes.get(match.ask_id)


@pytest.fixture
async def ask(market: Market) -> Quote:
    return (await market.ask()).quote


@pytest.mark.parametrize("reason", CancelReason)
async def test_the_ask_returns_only_when_the_payment_was_at_fault(
    market: Market, ask: Quote, reason: CancelReason
) -> None:
    match = await trade(market, ask)
    await unwind(market, match, reason)
    bid_now, ask_now = await quotes_of(market, match)
    assert (bid_now.status, bid_now.match_id) == (QuoteStatus.CANCELLED, match.id)
    if reason in RETURNING:
        assert ask_now == ask
    else:
        assert (ask_now.status, ask_now.match_id) == (QuoteStatus.CANCELLED, match.id)
    unwound = await market.adapters.store.quotes.match(match.id)
    assert unwound == replace(match, status=MatchStatus.UNWOUND)
    await market.assert_view_is_the_store()


async def test_a_returned_ask_has_its_old_priority(market: Market, ask: Quote) -> None:
    match = await trade(market, ask)
    later = (await market.ask()).quote
    await unwind(market, match)
    assert (await trade(market, ask)).id != match.id
    await trade(market, later)


async def test_an_ask_that_was_repriced_before_returns_as_it_stood(market: Market) -> None:
    ask = (await market.ask(PRICE + 500)).quote
    moved = (await market.engine.reprice(ask, PRICE)).quote
    match = await trade(market, moved)
    await unwind(market, match)
    assert await market.stored(ask) == moved


async def test_a_returned_ask_may_match_again_at_once(market: Market, ask: Quote) -> None:
    first = await trade(market, ask)
    waiting = (await market.bid(PRICE + 300)).quote
    await market.bid(PRICE + 100)
    await unwind(market, first)
    _, ask_now = await quotes_of(market, first)
    assert ask_now.status is QuoteStatus.MATCHED
    assert ask_now.match_id is not None
    second = await market.adapters.store.quotes.match(ask_now.match_id)
    assert (second.bid_id, second.price, second.maker) == (waiting.id, PRICE, Side.ASK)
    assert (await market.adapters.store.orders.get(second.id)).ask_id == ask.id
    await market.assert_view_is_the_store()

    await unwind(market, second)
    third = (await quotes_of(market, second))[1].match_id
    assert third not in (first.id, second.id, None)


async def test_an_ask_that_expired_meanwhile_does_not_return(market: Market) -> None:
    ask = (await market.ask(days=1)).quote
    match = await trade(market, ask)
    await market.clock.advance(timedelta(days=1))
    await unwind(market, match)
    bid_now, ask_now = await quotes_of(market, match)
    assert bid_now.status is QuoteStatus.CANCELLED
    assert (ask_now.status, ask_now.match_id) == (QuoteStatus.EXPIRED, match.id)
    assert await market.stored_levels() == {Side.BID: {}, Side.ASK: {}}


async def test_an_ask_whose_owner_bids_for_it_meanwhile_does_not_return(
    market: Market, ask: Quote
) -> None:
    match = await trade(market, ask)
    own_bid = (await market.bid(PRICE + 100, user_id=ask.user_id)).quote
    await unwind(market, match)
    _, ask_now = await quotes_of(market, match)
    assert (ask_now.status, ask_now.match_id) == (QuoteStatus.CANCELLED, match.id)
    assert await market.stored(own_bid) == own_bid
    await market.assert_view_is_the_store()


async def test_a_returning_ask_skips_overdue_bids(market: Market, ask: Quote) -> None:
    match = await trade(market, ask)
    overdue = (await market.bid(PRICE + 300, days=1)).quote
    await market.clock.advance(timedelta(days=1))
    await unwind(market, match)
    assert await market.stored(ask) == ask
    assert await market.status(overdue) is QuoteStatus.EXPIRED


@pytest.mark.parametrize("reason", [UNPAID, CancelReason.SELLER_CANCELLED])
async def test_the_second_time_changes_nothing(
    market: Market, ask: Quote, reason: CancelReason
) -> None:
    match = await trade(market, ask)
    await unwind(market, match, reason)
    after = await quotes_of(market, match)
    commits, told = len(market.books.commits), len(market.views.told)
    await unwind(market, match, reason)
    await unwind(market, match, CancelReason.SELLER_CANCELLED)
    assert await quotes_of(market, match) == after
    assert (len(market.books.commits), len(market.views.told)) == (commits, told)


async def test_unwinding_twice_in_one_batch_happens_once(market: Market, ask: Quote) -> None:
    match = await trade(market, ask)
    await asyncio.gather(
        unwind(market, match),
        unwind(market, match),
        unwind(market, match, CancelReason.ADMIN_CANCELLED),
    )
    assert await market.stored(ask) == ask
    assert market.books.commits[-1].unwound == [match.id]


async def test_unwinding_again_does_not_affect_the_next_match(market: Market, ask: Quote) -> None:
    first = await trade(market, ask)
    await unwind(market, first)
    second = await trade(market, ask)
    await unwind(market, first)
    assert (await market.stored(ask)).match_id == second.id
    assert (await market.adapters.store.quotes.match(second.id)).status is MatchStatus.OPEN


async def test_a_returned_ask_may_be_changed_in_the_same_batch(market: Market, ask: Quote) -> None:
    match = await trade(market, ask)
    seen = await market.stored(ask)
    _, cancelled = await asyncio.gather(unwind(market, match), market.engine.cancel(seen))
    assert cancelled.status is QuoteStatus.CANCELLED
    assert await market.stored(ask) == cancelled
    assert (await market.bid()).match is None


async def test_a_returned_ask_can_trade_in_the_same_batch(market: Market, ask: Quote) -> None:
    first = await trade(market, ask)
    _, placement = await asyncio.gather(unwind(market, first), market.bid(ioc=True))
    assert placement.match is not None
    assert placement.match.ask_id == ask.id
    assert await market.adapters.store.orders.count_by_status() == {"pending": 2}
    await market.assert_view_is_the_store()


async def test_a_match_is_unwound_after_a_restart(market: Market, ask: Quote) -> None:
    match = await trade(market, ask)
    await market.engine.stop()
    again = await market.restarted()
    await unwind(again, match)
    assert await market.stored(ask) == ask
    assert (await again.bid(ioc=True)).match is not None
    await again.engine.stop()


async def test_an_unknown_match_is_not_found(market: Market) -> None:
    with pytest.raises(NotFound):
        await market.engine.unwind(OrderId(market.ids.new()), market.book, ask_returns=True)


async def test_unwinding_counts_open_quotes_right() -> None:
    market = build_market(rules=MarketRules(max_open_quotes=1))
    await market.engine.start()
    seller, buyer = market.user_id(), market.user_id()

    async def assert_open(asks: bool, bids: bool) -> None:
        for user, side, is_open in ((seller, Side.ASK, asks), (buyer, Side.BID, bids)):
            far = PRICE + 5_000 if side is Side.ASK else PRICE - 5_000
            command = market.command(side, far, user_id=user)
            if is_open:
                with pytest.raises(TooManyOpenQuotes):
                    await market.engine.place(command)
            else:
                await market.engine.cancel((await market.engine.place(command)).quote)

    ask = (await market.ask(user_id=seller)).quote
    await assert_open(asks=True, bids=False)
    match = (await market.bid(user_id=buyer)).match
    assert match is not None
    await assert_open(asks=False, bids=False)
    await unwind(market, match)
    await assert_open(asks=True, bids=False)
    match = (await market.bid(user_id=buyer)).match
    assert match is not None
    await unwind(market, match, CancelReason.SELLER_CANCELLED)
    await assert_open(asks=False, bids=False)
    assert (await market.stored(ask)).status is QuoteStatus.CANCELLED
    await market.engine.stop()


async def test_a_returned_ask_may_exceed_the_limit_of_open_quotes() -> None:
    market = build_market(rules=MarketRules(max_open_quotes=1))
    await market.engine.start()
    seller = market.user_id()
    ask = (await market.ask(user_id=seller)).quote
    match = (await market.bid()).match
    assert match is not None
    other = (await market.ask(PRICE + 100, user_id=seller)).quote
    await unwind(market, match)
    assert await market.stored(ask) == ask
    await market.engine.cancel(other)
    with pytest.raises(TooManyOpenQuotes):
        await market.ask(PRICE + 200, user_id=seller)
    with pytest.raises(NoCounterpart):
        await market.bid(PRICE - 100, ioc=True)
    await market.engine.stop()
