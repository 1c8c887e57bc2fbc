"""Viewing, repricing and cancelling your bids and asks, and expiring overdue ones."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from solebook.ports.language.errors import (
    NotFound,
    OutOfRange,
    OutsideTick,
    QuoteNotActive,
    Refusal,
    SelfTrade,
    TradingSuspended,
)
from solebook.ports.language.ids import QuoteId
from solebook.ports.language.market import Match, QueuePlace, Quote, QuoteStatus, Side
from solebook.ports.language.placement import Placement
from solebook.ports.language.users import Actor

from .market import PRICE, Market


@pytest.fixture
async def seller(market: Market) -> Actor:
    return await market.join()


@pytest.fixture
async def ask(market: Market, seller: Actor) -> Quote:
    return (await market.ask(user_id=seller.user_id)).quote


@pytest.fixture
def reprice(market: Market, seller: Actor, ask: Quote) -> Callable[..., Awaitable[Placement]]:
    def reprice(**changes: Any) -> Awaitable[Placement]:
        return market.bidding.reprice_quote(seller, Side.ASK, ask.id, **changes)

    return reprice


Reprice = Callable[..., Awaitable[Placement]]


async def buy(market: Market, amount: int = PRICE) -> Match:
    trade = await market.bid(amount, ioc=True)
    assert trade.match is not None
    return trade.match


# ---- looking -------------------------------------------------------------------------------------


async def test_an_owner_sees_their_quote(market: Market, seller: Actor, ask: Quote) -> None:
    seen = await market.bidding.view_quote(seller, Side.ASK, ask.id)
    assert (seen.quote, seen.ahead) == (ask, QueuePlace(better_price=0, same_price=0))


async def test_a_quote_is_not_found_for_other_users(
    market: Market, seller: Actor, ask: Quote
) -> None:
    stranger = await market.join()
    unknown = QuoteId(market.ids.new())
    views: list[tuple[Actor, Side, QuoteId]] = [
        (stranger, Side.ASK, ask.id),
        (seller, Side.BID, ask.id),
        (seller, Side.ASK, unknown),
        (seller, Side.BID, unknown),
    ]
    for actor, side, quote_id in views:
        for use_case in (market.bidding.view_quote, market.bidding.cancel_quote):
            with pytest.raises(NotFound) as refused:
                await use_case(actor, side, quote_id)
            assert refused.value.data() == {"what": "quote", "id": quote_id}
        with pytest.raises(NotFound) as refused:
            await market.bidding.reprice_quote(actor, side, quote_id, amount=PRICE + 100)
        assert refused.value.data() == {"what": "quote", "id": quote_id}
    assert await market.stored(ask) == ask


# ---- repricing -----------------------------------------------------------------------------------


async def test_a_new_amount_goes_to_the_back_of_its_queue(
    market: Market, ask: Quote, reprice: Reprice
) -> None:
    second = (await market.ask()).quote
    there = (await market.ask(PRICE + 100)).quote
    moved = (await reprice(amount=PRICE + 100)).quote
    assert (moved.id, moved.amount, moved.expires_at) == (ask.id, PRICE + 100, ask.expires_at)
    assert await market.stored(ask) == moved
    bought = [(await buy(market, PRICE + 100)).ask_id for _ in range(3)]
    assert bought == [second.id, there.id, ask.id]


async def test_changing_the_amount_and_back_loses_the_place(
    market: Market, ask: Quote, reprice: Reprice
) -> None:
    second = (await market.ask()).quote
    await reprice(amount=PRICE + 100)
    await reprice(amount=PRICE)
    assert [(await buy(market)).ask_id for _ in range(2)] == [second.id, ask.id]


async def test_a_new_lifetime_alone_counts_from_now_and_keeps_the_place(
    market: Market, ask: Quote, reprice: Reprice
) -> None:
    second = (await market.ask()).quote
    await market.clock.advance(timedelta(days=3))
    moved = (await reprice(expires_in_days=90)).quote
    assert moved.expires_at == market.clock.now() + timedelta(days=90)
    assert (moved.amount, moved.sequence) == (ask.amount, ask.sequence)
    assert [(await buy(market)).ask_id for _ in range(2)] == [ask.id, second.id]


async def test_the_same_amount_again_keeps_the_place(
    market: Market, ask: Quote, reprice: Reprice
) -> None:
    await market.ask()
    assert (await reprice(amount=PRICE)).quote == ask
    assert (await buy(market)).ask_id == ask.id


async def test_a_reprice_without_changes_changes_nothing(
    market: Market, ask: Quote, reprice: Reprice
) -> None:
    assert (await reprice()).quote == ask
    assert await market.stored(ask) == ask


async def test_a_new_amount_may_trade_at_once_at_the_resting_price(
    market: Market, ask: Quote, reprice: Reprice
) -> None:
    bid = (await market.bid(PRICE - 300)).quote
    trade = await reprice(amount=PRICE - 500, expires_in_days=9)
    assert trade.match is not None
    assert (trade.match.bid_id, trade.match.price) == (bid.id, PRICE - 300)
    assert trade.match.maker is Side.BID
    assert trade.quote.status is QuoteStatus.MATCHED
    assert await market.stored(ask) == trade.quote
    assert await market.stored_levels() == {Side.BID: {}, Side.ASK: {}}
    await market.assert_view_is_the_store()


async def test_a_refused_self_trade_leaves_the_quote_unchanged(
    market: Market, seller: Actor, ask: Quote, reprice: Reprice
) -> None:
    second = (await market.ask()).quote
    own = (await market.bid(PRICE - 300, user_id=seller.user_id)).quote
    with pytest.raises(SelfTrade) as refused:
        await reprice(amount=PRICE - 500, expires_in_days=9)
    assert refused.value.resting_id == own.id
    assert await market.stored(ask) == ask
    assert [(await buy(market)).ask_id for _ in range(2)] == [ask.id, second.id]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"amount": PRICE + 50}, OutsideTick),
        ({"amount": 0}, OutOfRange),
        ({"expires_in_days": 366}, OutOfRange),
        ({"amount": PRICE + 100, "expires_in_days": 0}, OutOfRange),
    ],
)
async def test_wrong_terms_change_nothing(
    market: Market, ask: Quote, reprice: Reprice, changes: dict[str, int], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        await reprice(**changes)
    assert await market.stored(ask) == ask


async def test_a_bid_is_repriced_within_the_lifetimes_of_bids(
    market: Market, seller: Actor
) -> None:
    bid = (await market.bid(user_id=seller.user_id)).quote
    with pytest.raises(OutOfRange):
        await market.bidding.reprice_quote(seller, Side.BID, bid.id, expires_in_days=61)


@pytest.mark.parametrize("changes", [{"amount": PRICE + 100}, {"expires_in_days": 30}])
async def test_a_suspended_user_may_cancel_but_not_reprice(
    market: Market, seller: Actor, ask: Quote, reprice: Reprice, changes: dict[str, int]
) -> None:
    await market.suspend(seller)
    with pytest.raises(TradingSuspended):
        await reprice(**changes)
    assert (await market.bidding.view_quote(seller, Side.ASK, ask.id)).quote == ask
    cancelled = await market.bidding.cancel_quote(seller, Side.ASK, ask.id)
    assert cancelled.status is QuoteStatus.CANCELLED


async def test_a_suspended_user_cannot_reprice_a_bid(market: Market, seller: Actor) -> None:
    bid = (await market.bid(PRICE - 500, user_id=seller.user_id)).quote
    await market.suspend(seller)
    with pytest.raises(TradingSuspended):
        await market.bidding.reprice_quote(seller, Side.BID, bid.id, amount=PRICE - 400)


async def test_an_overdue_quote_cannot_be_repriced(market: Market, seller: Actor) -> None:
    ask = (await market.ask(user_id=seller.user_id, days=1)).quote
    await market.clock.advance(timedelta(days=1))
    with pytest.raises(QuoteNotActive) as refused:
        await market.bidding.reprice_quote(seller, Side.ASK, ask.id, expires_in_days=5)
    assert refused.value.status is QuoteStatus.EXPIRED


async def test_an_ended_quote_is_neither_repriced_nor_cancelled(
    market: Market, seller: Actor, ask: Quote, reprice: Reprice
) -> None:
    await buy(market)
    cancelled = (await market.ask(user_id=seller.user_id)).quote
    await market.bidding.cancel_quote(seller, Side.ASK, cancelled.id)
    for quote, status in ((ask, QuoteStatus.MATCHED), (cancelled, QuoteStatus.CANCELLED)):
        with pytest.raises(QuoteNotActive) as refused:
            await market.bidding.reprice_quote(seller, Side.ASK, quote.id, amount=PRICE + 100)
        assert refused.value.status is status
        with pytest.raises(QuoteNotActive) as refused:
            await market.bidding.cancel_quote(seller, Side.ASK, quote.id)
        assert refused.value.data() == {"id": quote.id, "side": Side.ASK, "status": status}


# ---- cancelling ----------------------------------------------------------------------------------


async def test_a_cancelled_quote_does_not_trade(market: Market, seller: Actor, ask: Quote) -> None:
    cancelled = await market.bidding.cancel_quote(seller, Side.ASK, ask.id)
    assert cancelled.status is QuoteStatus.CANCELLED
    assert await market.stored(ask) == cancelled
    assert (await market.bid()).match is None
    await market.assert_view_is_the_store()


async def test_an_overdue_quote_may_be_cancelled(market: Market, seller: Actor, ask: Quote) -> None:
    await market.clock.advance(timedelta(days=31))
    cancelled = await market.bidding.cancel_quote(seller, Side.ASK, ask.id)
    assert cancelled.status is QuoteStatus.CANCELLED


# ---- tidying up ----------------------------------------------------------------------------------


async def test_overdue_quotes_are_expired(market: Market) -> None:
    overdue = [(await market.bid(PRICE - 100 * n, days=1)).quote for n in range(3)]
    overdue.append((await market.ask(PRICE + 100, days=1)).quote)
    stays = (await market.ask(PRICE + 100, days=2)).quote
    await market.clock.advance(timedelta(days=1) - timedelta(microseconds=1))
    assert await market.bidding.expire_quotes() == 0
    await market.clock.advance(timedelta(microseconds=1))
    assert await market.bidding.expire_quotes() == len(overdue)
    assert {await market.status(quote) for quote in overdue} == {QuoteStatus.EXPIRED}
    assert await market.status(stays) is QuoteStatus.ACTIVE
    assert await market.bidding.expire_quotes() == 0
    assert await market.stored_levels() == {Side.BID: {}, Side.ASK: {PRICE + 100: 1}}
    await market.assert_view_is_the_store()


async def test_a_quote_that_is_not_overdue_is_not_expired(market: Market, ask: Quote) -> None:
    assert await market.engine.expire(ask) == ask
    assert await market.stored(ask) == ask
