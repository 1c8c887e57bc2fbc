"""Races between commands: exactly one wins."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from solebook.ports.language.errors import NoCounterpart, QuoteNotActive, TooManyOpenQuotes
from solebook.ports.language.market import QuoteStatus, Side
from solebook.ports.language.placement import Placement
from solebook.ports.language.rules import MarketRules

from .market import PRICE, Market, build_market


async def test_a_hundred_bids_for_one_ask_make_one_match(market: Market) -> None:
    ask = (await market.ask()).quote
    bids = await asyncio.gather(*(market.bid() for _ in range(100)))
    matched = [bid for bid in bids if bid.match is not None]
    assert len(matched) == 1
    assert matched[0] is bids[0]
    assert Counter(bid.quote.status for bid in bids) == {"matched": 1, "active": 99}
    assert (await market.stored(ask)).match_id == matched[0].quote.match_id
    assert await market.stored_levels() == {Side.BID: {PRICE: 99}, Side.ASK: {}}
    await market.assert_view_is_the_store()


async def test_of_a_hundred_buyers_of_one_ask_only_one_is_served(market: Market) -> None:
    await market.ask()
    answers = await asyncio.gather(
        *(market.bid(ioc=True) for _ in range(100)), return_exceptions=True
    )
    assert Counter(type(answer) for answer in answers) == {Placement: 1, NoCounterpart: 99}
    assert await market.stored_levels() == {Side.BID: {}, Side.ASK: {}}


async def test_a_hundred_bids_for_fifty_asks_make_fifty_matches(market: Market) -> None:
    asks = await asyncio.gather(*(market.ask(PRICE - 100 * (n % 3)) for n in range(50)))
    bids = await asyncio.gather(*(market.bid() for _ in range(100)))
    matches = [bid.match for bid in bids if bid.match is not None]
    by_priority = sorted(asks, key=lambda ask: (ask.quote.amount, ask.quote.sequence))
    assert [match.ask_id for match in matches] == [ask.quote.id for ask in by_priority]
    assert [match.price for match in matches] == [ask.quote.amount for ask in by_priority]
    assert await market.stored_levels() == {Side.BID: {PRICE: 50}, Side.ASK: {}}


async def test_a_match_that_comes_first_beats_a_cancellation(market: Market) -> None:
    ask = (await market.ask()).quote
    trade, refused = await asyncio.gather(
        market.bid(), market.engine.cancel(ask), return_exceptions=True
    )
    assert isinstance(trade, Placement)
    assert trade.match is not None
    assert_not_active(refused, QuoteStatus.MATCHED)
    assert await market.status(ask) is QuoteStatus.MATCHED


async def test_a_cancellation_that_comes_first_beats_a_match(market: Market) -> None:
    ask = (await market.ask()).quote
    cancelled, rested = await asyncio.gather(market.engine.cancel(ask), market.bid())
    assert cancelled.status is QuoteStatus.CANCELLED
    assert rested.match is None
    assert await market.status(ask) is QuoteStatus.CANCELLED
    await market.assert_view_is_the_store()


async def test_a_match_that_comes_first_beats_a_repricing(market: Market) -> None:
    ask = (await market.ask()).quote
    trade, refused = await asyncio.gather(
        market.bid(), market.engine.reprice(ask, PRICE + 100), return_exceptions=True
    )
    assert isinstance(trade, Placement)
    assert trade.match is not None
    assert trade.match.price == PRICE
    assert_not_active(refused, QuoteStatus.MATCHED)


async def test_a_repricing_that_comes_first_beats_a_match(market: Market) -> None:
    ask = (await market.ask()).quote
    moved, rested = await asyncio.gather(market.engine.reprice(ask, PRICE + 100), market.bid())
    assert rested.match is None
    assert await market.stored(ask) == moved.quote
    assert moved.quote.amount == PRICE + 100


async def test_only_one_of_two_cancellations_succeeds(market: Market) -> None:
    ask = (await market.ask()).quote
    cancelled, refused = await asyncio.gather(
        market.engine.cancel(ask), market.engine.cancel(ask), return_exceptions=True
    )
    assert cancelled == await market.stored(ask)
    assert_not_active(refused, QuoteStatus.CANCELLED)
    with pytest.raises(QuoteNotActive):
        await market.engine.cancel(ask)


async def test_an_overdue_quote_that_a_match_skips_expires_once(market: Market) -> None:
    ask = (await market.ask(days=1)).quote
    await market.clock.advance(timedelta(days=1))
    rested, expired = await asyncio.gather(market.bid(), market.engine.expire(ask))
    assert rested.match is None
    assert expired.status is QuoteStatus.EXPIRED
    assert expired == await market.stored(ask)


async def test_an_overdue_quote_that_was_swept_first_does_not_trade(market: Market) -> None:
    ask = (await market.ask(days=1)).quote
    await market.clock.advance(timedelta(days=1))
    expired, rested = await asyncio.gather(market.engine.expire(ask), market.bid())
    assert expired.status is QuoteStatus.EXPIRED
    assert rested.match is None
    await market.assert_view_is_the_store()


async def test_a_quote_that_matched_is_not_expired_by_the_sweeper(market: Market) -> None:
    ask = (await market.ask(days=1)).quote
    trade = await market.bid()
    await market.clock.advance(timedelta(days=1))
    left = await market.engine.expire(ask)
    assert left == await market.stored(ask)
    assert trade.match is not None
    assert (left.status, left.match_id) == (QuoteStatus.MATCHED, trade.match.id)


async def test_a_cancellation_finds_a_quote_that_was_repriced_in_between(market: Market) -> None:
    seen = (await market.ask()).quote
    await market.engine.reprice(seen, PRICE + 100)
    cancelled = await market.engine.cancel(seen)
    assert (cancelled.amount, cancelled.status) == (PRICE + 100, QuoteStatus.CANCELLED)
    assert await market.stored_levels() == {Side.BID: {}, Side.ASK: {}}


async def test_a_new_lifetime_does_not_overwrite_a_new_amount(market: Market) -> None:
    seen = (await market.ask()).quote
    until = seen.expires_at + timedelta(days=5)
    await asyncio.gather(
        market.engine.reprice(seen, PRICE + 100), market.engine.reprice(seen, expires_at=until)
    )
    stored = await market.stored(seen)
    assert (stored.amount, stored.expires_at) == (PRICE + 100, until)


async def test_a_new_amount_does_not_overwrite_a_new_lifetime(market: Market) -> None:
    seen = (await market.ask()).quote
    until = seen.expires_at + timedelta(days=5)
    await asyncio.gather(
        market.engine.reprice(seen, expires_at=until), market.engine.reprice(seen, PRICE + 100)
    )
    stored = await market.stored(seen)
    assert (stored.amount, stored.expires_at) == (PRICE + 100, until)


async def test_only_one_caller_gets_the_last_open_quote() -> None:
    market = build_market(rules=MarketRules(max_open_quotes=10))
    await market.engine.start()
    user = market.user_id()
    answers = await asyncio.gather(
        *(market.bid(PRICE - 100 * n, user_id=user) for n in range(15)), return_exceptions=True
    )
    assert [type(answer) for answer in answers] == [Placement] * 10 + [TooManyOpenQuotes] * 5
    await market.engine.stop()


def assert_not_active(answer: object, status: QuoteStatus) -> None:
    assert isinstance(answer, QuoteNotActive)
    assert answer.status is status
