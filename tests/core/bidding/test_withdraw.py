"""Withdrawing quotes without their owners' request, and notifying the owners."""

import asyncio
from dataclasses import replace

import pytest

from solebook.ports.language.errors import NotFound, QuoteNotActive, TradingBarred, TradingSuspended
from solebook.ports.language.events import QuotesWithdrawn
from solebook.ports.language.ids import QuoteId
from solebook.ports.language.market import (
    BookKey,
    Quote,
    QuoteStatus,
    Side,
    Size,
    WithdrawalReason,
    WithdrawnQuote,
)

from .market import PRICE, Market

ADMIN = WithdrawalReason.ADMIN
BOTH = tuple(Side)


async def told(market: Market) -> list[QuotesWithdrawn]:
    messages = await market.adapters.store.outbox.unsent(1_000)
    return [m.event for m in messages if isinstance(m.event, QuotesWithdrawn)]


def named(quote: Quote) -> WithdrawnQuote:
    return WithdrawnQuote(quote.id, quote.side, quote.book, quote.amount)


# ---- one quote -------------------------------------------------------------------------------


@pytest.mark.parametrize("side", Side)
async def test_a_withdrawn_quote_is_cancelled_and_its_owner_told(
    market: Market, side: Side
) -> None:
    quote = (await market.engine.place(market.command(side))).quote
    withdrawn = await market.engine.withdraw(quote, ADMIN, "wrong shoe")
    assert withdrawn == await market.stored(quote)
    assert withdrawn.status is QuoteStatus.CANCELLED
    assert await told(market) == [
        QuotesWithdrawn(quote.user_id, ADMIN, "wrong shoe", 1, (named(quote),))
    ]
    assert await market.stored_levels() == {Side.BID: {}, Side.ASK: {}}
    await market.assert_view_is_the_store()


async def test_an_unknown_quote_is_not_found(market: Market) -> None:
    ask = (await market.ask()).quote
    other = replace(ask, id=QuoteId(market.ids.new()), sequence=ask.sequence + 1)
    with pytest.raises(NotFound):
        await market.engine.withdraw(other, ADMIN)


async def test_a_matched_quote_is_not_withdrawn(market: Market) -> None:
    ask = (await market.ask()).quote
    await market.bid()
    with pytest.raises(QuoteNotActive) as refused:
        await market.engine.withdraw(ask, ADMIN)
    assert refused.value.status is QuoteStatus.MATCHED
    assert await told(market) == []


async def test_the_first_of_a_withdrawal_and_a_match_wins(market: Market) -> None:
    ask = (await market.ask()).quote
    withdrawn, bid = await asyncio.gather(market.engine.withdraw(ask, ADMIN), market.bid())
    assert withdrawn.status is QuoteStatus.CANCELLED
    assert bid.match is None


async def test_a_repriced_quote_is_withdrawn_where_it_is_now(market: Market) -> None:
    ask = (await market.ask()).quote
    await asyncio.gather(
        market.engine.reprice(ask, PRICE + 100), market.engine.withdraw(ask, ADMIN)
    )
    assert (await told(market))[0].quotes[0].amount == PRICE + 100
    assert await market.stored_levels() == {Side.BID: {}, Side.ASK: {}}


# ---- all of a user's -------------------------------------------------------------------------


async def test_all_quotes_of_a_user_are_withdrawn_from_every_book(market: Market) -> None:
    user = market.user_id()
    other = BookKey(market.book.product_id, Size("10"))
    bid = (await market.bid(PRICE - 100, user_id=user)).quote
    ask = (await market.ask(PRICE + 100, user_id=user, book=other)).quote
    strangers = (await market.ask(PRICE + 100)).quote
    assert await market.engine.withdraw_all(user, BOTH, WithdrawalReason.SUSPENDED) == 2
    assert await market.status(bid) is await market.status(ask) is QuoteStatus.CANCELLED
    assert await market.stored(strangers) == strangers
    (event,) = await told(market)
    assert event == QuotesWithdrawn(
        user, WithdrawalReason.SUSPENDED, None, 2, (named(bid), named(ask))
    )
    await market.assert_view_is_the_store()
    await market.assert_view_is_the_store(other)


async def test_only_the_named_sides_are_withdrawn(market: Market) -> None:
    user = market.user_id()
    bid = (await market.bid(PRICE - 100, user_id=user)).quote
    ask = (await market.ask(PRICE + 100, user_id=user)).quote
    declined = WithdrawalReason.PAYMENTS_DECLINED
    assert await market.engine.withdraw_all(user, [Side.BID], declined) == 1
    assert await market.status(bid) is QuoteStatus.CANCELLED
    assert await market.stored(ask) == ask


async def test_a_user_without_quotes_is_not_notified(market: Market) -> None:
    commits = len(market.books.commits)
    assert await market.engine.withdraw_all(market.user_id(), BOTH, ADMIN) == 0
    assert await told(market) == []
    assert len(market.books.commits) == commits


async def test_one_message_names_the_first_twenty_of_many(market: Market) -> None:
    user = market.user_id()
    placed = [(await market.bid(PRICE - 100 * n, user_id=user)).quote for n in range(25)]
    assert await market.engine.withdraw_all(user, BOTH, ADMIN) == 25
    (event,) = await told(market)
    assert (event.count, event.quotes) == (25, tuple(named(quote) for quote in placed[:20]))


async def test_quotes_of_the_same_batch_are_withdrawn_with_the_others(market: Market) -> None:
    user = market.user_id()
    before, count, after = await asyncio.gather(
        market.bid(user_id=user),
        market.engine.withdraw_all(user, BOTH, ADMIN),
        market.bid(user_id=user),
    )
    assert count == 1
    assert await market.status(before.quote) is QuoteStatus.CANCELLED
    assert await market.status(after.quote) is QuoteStatus.ACTIVE


async def test_quotes_from_before_a_restart_are_withdrawn(market: Market) -> None:
    bid = (await market.bid()).quote
    await market.engine.stop()
    again = await market.restarted()
    assert await again.engine.withdraw_all(bid.user_id, BOTH, ADMIN) == 1
    assert await again.status(bid) is QuoteStatus.CANCELLED
    await again.engine.stop()


async def test_a_failed_commit_withdraws_nothing(market: Market) -> None:
    bid = (await market.bid()).quote
    market.books.failures.append(RuntimeError("the disk is full"))
    withdrawal = market.engine.withdraw_all(bid.user_id, BOTH, ADMIN)
    answers = await asyncio.gather(withdrawal, return_exceptions=True)
    assert isinstance(answers[0], Exception)
    assert await market.stored(bid) == bid
    assert await told(market) == []
    assert await market.engine.withdraw_all(bid.user_id, BOTH, ADMIN) == 1


# ---- who may trade ---------------------------------------------------------------------------


@pytest.mark.parametrize("side", Side)
async def test_the_engine_itself_refuses_a_suspended_user(market: Market, side: Side) -> None:
    user = await market.join()
    quote = (await market.engine.place(market.command(side, user_id=user.user_id))).quote
    await market.suspend(user)
    with pytest.raises(TradingSuspended):
        await market.engine.place(market.command(side, user_id=user.user_id))
    with pytest.raises(TradingSuspended):
        await market.engine.reprice(quote, PRICE + 100)


async def test_a_user_barred_from_one_side_trades_on_the_other(market: Market) -> None:
    user = market.user_id()
    market.traders.bar(user, Side.BID)
    with pytest.raises(TradingBarred) as refused:
        await market.bid(user_id=user)
    assert refused.value.side is Side.BID
    assert (await market.ask(user_id=user)).quote.status is QuoteStatus.ACTIVE


async def test_a_suspension_that_races_placements_leaves_no_quote_in_any_book(
    market: Market,
) -> None:
    """Commands in flight at the suspension are refused, or their quotes withdrawn afterwards."""
    user = await market.join()
    market.books.committing.clear()
    market.books.may_commit.clear()
    first = asyncio.create_task(market.bid(user_id=user.user_id))
    await market.books.committing.wait()  # its batch was read before the suspension
    await market.suspend(user)
    later = [asyncio.create_task(market.bid(user_id=user.user_id)) for _ in range(20)]
    withdrawal = asyncio.create_task(
        market.engine.withdraw_all(user.user_id, BOTH, WithdrawalReason.SUSPENDED)
    )
    market.books.may_commit.set()
    refused = await asyncio.gather(*later, return_exceptions=True)
    assert await market.status((await first).quote) is QuoteStatus.CANCELLED
    assert await withdrawal == 1
    assert {type(answer) for answer in refused} == {TradingSuspended}
    assert await market.stored_levels() == {Side.BID: {}, Side.ASK: {}}
    await market.assert_view_is_the_store()


@pytest.mark.parametrize("side", Side)
async def test_resting_quotes_of_a_suspended_user_do_not_trade(market: Market, side: Side) -> None:
    """The suspension takes effect at once, although their quotes are withdrawn later."""
    suspended = await market.join()
    other = side.opposite
    first = (await market.engine.place(market.command(other, user_id=suspended.user_id))).quote
    elsewhere = BookKey(market.book.product_id, Size("10"))
    more = await market.engine.place(
        market.command(side, user_id=suspended.user_id, book=elsewhere)
    )
    next_one = (await market.engine.place(market.command(other))).quote
    await market.suspend(suspended)
    match = (await market.engine.place(market.command(side))).match
    assert match is not None
    assert next_one.id in (match.bid_id, match.ask_id)
    assert await market.status(first) is await market.status(more.quote) is QuoteStatus.CANCELLED
    (event,) = await told(market)
    assert (event.user_id, event.reason, event.count) == (
        suspended.user_id,
        WithdrawalReason.SUSPENDED,
        2,
    )
    assert await market.engine.withdraw_all(suspended.user_id, BOTH, event.reason) == 0
    assert len(await told(market)) == 1


async def test_bids_of_a_barred_user_are_withdrawn_when_an_ask_reaches_them(
    market: Market,
) -> None:
    bid = (await market.bid()).quote
    ask = (await market.ask(PRICE + 100, user_id=bid.user_id)).quote
    market.traders.bar(bid.user_id, Side.BID)
    assert (await market.ask()).match is None
    assert await market.status(bid) is QuoteStatus.CANCELLED
    assert await market.stored(ask) == ask
    (event,) = await told(market)
    assert event.reason is WithdrawalReason.PAYMENTS_DECLINED


async def test_a_returning_ask_does_not_trade_with_a_suspended_user(market: Market) -> None:
    await market.ask()
    match = (await market.bid()).match
    assert match is not None
    suspended = await market.join()
    bid = (await market.bid(PRICE + 100, user_id=suspended.user_id)).quote
    await market.suspend(suspended)
    await market.engine.unwind(match.id, match.book, ask_returns=True)
    assert await market.status(bid) is QuoteStatus.CANCELLED
    ask = await market.adapters.store.quotes.get(match.ask_id)
    assert ask.status is QuoteStatus.ACTIVE


async def test_a_batch_reads_barred_users_once(market: Market) -> None:
    await asyncio.gather(*(market.ask() for _ in range(20)))
    asked = market.traders.readings
    await asyncio.gather(*(market.bid() for _ in range(20)))
    assert market.traders.readings - asked == 1
