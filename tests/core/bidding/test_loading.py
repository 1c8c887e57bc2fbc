"""An engine answers at once after its start. Books are loaded on demand or in the background."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.ports.language.errors import (
    BookHalted,
    NoCounterpart,
    QuoteNotActive,
    TooManyOpenQuotes,
    Unavailable,
)
from solebook.ports.language.halts import Halt
from solebook.ports.language.ids import HaltId
from solebook.ports.language.market import (
    BookKey,
    PriceLevel,
    QuoteStatus,
    Side,
    Size,
    WithdrawalReason,
    shard_of,
)
from solebook.ports.language.rules import MarketRules

from .callers import held_back, stopped
from .market import PRICE, Market, build_market
from .watched_adapters import UNAVAILABLE


def other_books(market: Market) -> list[BookKey]:
    return [replace(market.book, size=Size(str(size))) for size in range(11, 20)]


async def with_many_quotes(market: Market) -> None:
    """Have so many quotes in other books that they are loaded in several portions."""
    for book in other_books(market):
        await asyncio.gather(*(market.ask(PRICE + 100 * n, book=book) for n in range(50)))


async def started_anew(market: Market) -> Market:
    """Return the market with another engine, whose time to load everything has not come."""
    await stopped(market)
    again = market.in_another_process()
    await again.engine.start()
    await again.clock.advance(timedelta(0))
    return again


async def test_the_first_order_is_answered_before_all_books_are_loaded(market: Market) -> None:
    ask = (await market.ask()).quote
    await with_many_quotes(market)
    again = await started_anew(market)
    market.books.loaded.clear()
    trade = await again.bid()
    assert trade.match is not None
    assert trade.match.ask_id == ask.id
    last = other_books(market)[-1]
    assert last not in market.books.loaded
    await again.clock.advance(timedelta(seconds=1))
    await again.engine.loaded()
    assert last in market.books.loaded
    for book in (market.book, *other_books(market)):
        await again.assert_view_is_the_store(book)
    await stopped(again)


async def test_a_defect_while_books_are_loaded_is_logged_and_loading_goes_on(
    market: Market, caplog: pytest.LogCaptureFixture
) -> None:
    await with_many_quotes(market)
    await stopped(market)
    again = market.in_another_process()
    await again.engine.start()
    market.books.read_failures.append(AssertionError("a broken invariant"))
    await again.clock.advance(timedelta(seconds=3))
    assert "a broken invariant" in caplog.text
    await again.engine.loaded()
    await stopped(again)


async def test_a_batch_reads_the_books_that_it_needs_at_once(market: Market) -> None:
    await with_many_quotes(market)
    again = await started_anew(market)
    books = other_books(market)[-4:]
    market.books.readings.clear()
    await asyncio.gather(*(again.bid(PRICE, book=book) for book in books))
    assert market.books.readings.count("resting_in") == 1
    await stopped(again)


async def test_a_book_that_is_not_loaded_is_shown_as_it_is_stored(market: Market) -> None:
    await with_many_quotes(market)
    book = other_books(market)[-1]
    before = await market.view(book)
    again = await started_anew(market)
    view = await again.view(book)
    assert (view.bids, view.asks) == (before.bids, before.asks)
    assert view.seq >= before.seq
    await again.ask(PRICE, book=book)
    after = await again.view(book)
    assert after.seq > view.seq
    assert after.asks[0] == PriceLevel(PRICE, 2)
    await stopped(again)


async def test_quotes_in_books_that_are_not_loaded_are_withdrawn_and_cancelled(
    market: Market,
) -> None:
    await with_many_quotes(market)
    user = market.user_id()
    books = other_books(market)[-4:]
    asks = [(await market.ask(PRICE + 7_000, book=b, user_id=user)).quote for b in books]
    again = await started_anew(market)
    assert (await again.engine.cancel(asks[0])).status is QuoteStatus.CANCELLED
    await again.engine.withdraw(asks[1], WithdrawalReason.ADMIN)
    assert await again.engine.withdraw_all(user, tuple(Side), WithdrawalReason.ADMIN) == 2
    with pytest.raises(QuoteNotActive):
        await again.engine.cancel(asks[2])
    for book in books:
        await again.assert_view_is_the_store(book)
    await stopped(again)


async def test_an_ask_returns_to_a_book_that_is_not_loaded(market: Market) -> None:
    await with_many_quotes(market)
    book = other_books(market)[-1]
    match = (await market.bid(PRICE, book=book)).match
    assert match is not None
    again = await started_anew(market)
    await again.engine.unwind(match.id, match.book, ask_returns=True)
    trade = await again.bid(PRICE, book=book)
    assert trade.match is not None
    assert trade.match.ask_id == match.ask_id
    await stopped(again)


async def test_asks_that_wait_enter_a_book_that_is_not_loaded(market: Market) -> None:
    await with_many_quotes(market)
    book = other_books(market)[-1]
    match = (await market.bid(PRICE, book=book)).match
    assert match is not None
    halt = Halt(
        HaltId(market.ids.new()), book.product_id, book.size, book.condition, market.clock.now()
    )
    await market.engine.halt(halt)
    await market.engine.unwind(match.id, match.book, ask_returns=True)
    again = await started_anew(market)
    with pytest.raises(BookHalted):
        await again.bid(PRICE, book=book)
    assert (await again.view(book)).halted
    await again.engine.open(halt.id)
    trade = await again.bid(PRICE, book=book)
    assert trade.match is not None
    assert trade.match.ask_id == match.ask_id
    await stopped(again)


async def test_what_fails_while_books_are_loaded_is_loaded_as_it_is_stored(
    market: Market,
) -> None:
    await with_many_quotes(market)
    again = await started_anew(market)
    book = other_books(market)[-1]
    market.books.late_failures.append(UNAVAILABLE)
    with pytest.raises(Unavailable):
        await again.bid(PRICE, book=book)
    with pytest.raises(NoCounterpart) as refused:
        await again.bid(PRICE, book=book, ioc=True)
    assert refused.value.best == PRICE + 100
    await again.clock.advance(timedelta(seconds=1))
    await again.engine.loaded()
    await again.assert_view_is_the_store(book)
    await stopped(again)


async def test_books_read_before_a_failed_batch_are_discarded(market: Market) -> None:
    """The portion was read before the commit, and comes back after it has failed."""
    await market.ask()
    await stopped(market)
    again = market.in_another_process()
    await again.engine.start()
    held_back = market.books.held_back = asyncio.Event()
    await again.clock.advance(timedelta(0))
    assert market.book in market.books.loaded
    market.books.late_failures.append(UNAVAILABLE)
    with pytest.raises(Unavailable):
        await again.bid(ioc=True)
    held_back.set()
    await again.clock.advance(timedelta(0))
    with pytest.raises(NoCounterpart):
        await again.bid(ioc=True)
    await stopped(again)


async def test_loading_continues_after_an_outage_of_the_store(market: Market) -> None:
    await market.ask()
    await stopped(market)
    again = market.in_another_process()
    await again.engine.start()
    market.books.read_failures.append(UNAVAILABLE)
    await again.clock.advance(timedelta(seconds=1))
    await again.engine.loaded()
    await again.assert_view_is_the_store()
    await stopped(again)


async def test_who_waits_for_the_books_is_told_when_the_engine_stops_before(market: Market) -> None:
    await with_many_quotes(market)
    again = await started_anew(market)
    waiting = asyncio.create_task(again.engine.loaded())
    await again.clock.advance(timedelta(0))
    await stopped(again)
    async with asyncio.timeout(60):
        with pytest.raises(Unavailable):
            await waiting


async def test_all_books_are_read_in_portions_when_all_are_needed(market: Market) -> None:
    await with_many_quotes(market)
    again = await started_anew(market)
    market.books.readings.clear()
    assert await again.engine.withdraw_outside_rules() == 0
    assert market.books.readings.count("resting_in") > 1
    await stopped(again)


async def test_orders_get_as_much_time_as_a_portion_that_took_long(market: Market) -> None:
    await with_many_quotes(market)
    again = await started_anew(market)
    held_back = market.books.held_back = asyncio.Event()
    await again.clock.advance(timedelta(seconds=0.5))
    held_back.set()
    await again.clock.advance(timedelta(0))
    market.books.readings.clear()
    await again.clock.advance(timedelta(seconds=0.4))
    assert not market.books.readings
    await again.clock.advance(timedelta(seconds=0.2))
    assert market.books.readings
    await stopped(again)


async def test_a_book_is_shown_empty_that_a_doubtful_batch_emptied_before_it_was_shown(
    market: Market,
) -> None:
    ask = (await market.ask()).quote
    await stopped(market)
    again = market.in_another_process()
    market.views.may_tell.clear()
    await again.engine.start()
    market.books.late_failures.append(UNAVAILABLE)
    with pytest.raises(Unavailable):
        await again.engine.cancel(ask)
    await again.clock.advance(timedelta(seconds=2))
    await again.engine.loaded()
    market.views.may_tell.set()
    await again.clock.advance(timedelta(seconds=2))
    assert (await again.view()).asks == ()
    await stopped(again)


# ---- the limit of open quotes --------------------------------------------------------------------


async def test_open_quotes_are_counted_over_all_shards() -> None:
    market = build_market(rules=MarketRules(max_open_quotes=2))
    books = [replace(market.book, size=Size(str(size))) for size in range(4, 16)]
    of_shard = {n: [b for b in books if shard_of(b, 2) == n] for n in (0, 1)}
    engines = [market.engine_of(n, 2) for n in (0, 1)]
    user = market.user_id()
    for number, engine in enumerate(engines):
        await engine.start()
        book = of_shard[number][0]
        await engine.place(market.command(Side.BID, user_id=user, book=book))
    for number, engine in enumerate(engines):
        book = of_shard[number][1]
        with pytest.raises(TooManyOpenQuotes):
            await engine.place(market.command(Side.BID, user_id=user, book=book))
        await engine.place(market.command(Side.ASK, PRICE + 1, user_id=user, book=book))
        await engine.stop()


async def test_open_quotes_of_one_batch_count(market: Market) -> None:
    limited = build_market(rules=MarketRules(max_open_quotes=2))
    await limited.engine.start()
    user = limited.user_id()
    held = await held_back(limited)
    placing = [asyncio.create_task(limited.bid(PRICE - 500, user_id=user)) for _ in range(3)]
    await asyncio.sleep(0)
    limited.books.may_commit.set()
    await held
    answers = await asyncio.gather(*placing, return_exceptions=True)
    assert [isinstance(answer, TooManyOpenQuotes) for answer in answers] == [False, False, True]
    await stopped(limited)


async def test_a_batch_that_cancels_one_lets_another_in() -> None:
    market = build_market(rules=MarketRules(max_open_quotes=1))
    await market.engine.start()
    user = market.user_id()
    first = (await market.bid(user_id=user)).quote
    _, second = await asyncio.gather(market.engine.cancel(first), market.bid(user_id=user))
    assert second.quote.status is QuoteStatus.ACTIVE
    await stopped(market)


# ---- shards --------------------------------------------------------------------------------------


async def test_quotes_in_books_of_other_shards_stay_when_a_users_are_withdrawn() -> None:
    market = build_market()
    books = [replace(market.book, size=Size(str(size))) for size in range(4, 16)]
    of_shard = [next(b for b in books if shard_of(b, 2) == n) for n in (0, 1)]
    engines = [market.engine_of(n, 2) for n in (0, 1)]
    user = market.user_id()
    for engine, book in zip(engines, of_shard, strict=True):
        await engine.start()
        await engine.place(market.command(Side.BID, user_id=user, book=book))
    for engine in engines:
        assert await engine.withdraw_all(user, tuple(Side), WithdrawalReason.ADMIN) == 1
        await engine.stop()
