"""Public views: only committed states, without gaps, never crossed, never moving back."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.ports.language.errors import NoCounterpart, SelfTrade, Unavailable
from solebook.ports.language.market import BookChange, BookKey, BookView, PriceLevel, Size

from .callers import held_back
from .market import PRICE, Market
from .watched_adapters import UNAVAILABLE, WatchedViews


def levels(*quantities: tuple[int, int]) -> tuple[PriceLevel, ...]:
    return tuple(PriceLevel(price, quantity) for price, quantity in quantities)


def other_book(market: Market) -> BookKey:
    return BookKey(market.book.product_id, Size("10"))


async def test_the_first_publication_of_a_book_is_its_whole_view(market: Market) -> None:
    await market.ask()
    assert [type(told) for told in market.views.told] == [BookView]
    assert (await market.view()).asks == levels((PRICE, 1))


async def test_every_later_publication_is_the_next_change(market: Market) -> None:
    await market.ask()
    seq = (await market.view()).seq
    await market.ask()
    await market.bid()
    await market.bid(PRICE - 100)
    later = market.views.told[1:]
    assert [type(told) for told in later] == [BookChange] * 3
    assert [told.seq for told in later] == [seq + 1, seq + 2, seq + 3]
    await market.assert_view_is_the_store()


async def test_a_batch_is_one_change_however_much_it_moves(market: Market) -> None:
    await market.ask()
    await asyncio.gather(*(market.ask(PRICE + 100 * n) for n in range(20)), market.bid())
    assert len(market.views.told) == 2
    await market.assert_view_is_the_store()


async def test_books_are_numbered_apart(market: Market) -> None:
    other = other_book(market)
    await market.ask()
    await market.ask(book=other)
    for book in (market.book, other, other, market.book):
        before = (await market.view(book)).seq
        await market.ask(book=book)
        assert (await market.view(book)).seq == before + 1


async def test_a_quote_that_trades_at_once_is_never_published(market: Market) -> None:
    await market.ask(PRICE)
    await asyncio.gather(market.bid(PRICE + 500), market.bid(PRICE - 500))
    view = await market.view()
    assert view.bids == levels((PRICE - 500, 1))
    assert view.asks == ()


async def test_a_refused_repricing_is_not_published(market: Market) -> None:
    user = market.user_id()
    await market.ask(PRICE, user_id=user)
    bid = (await market.bid(PRICE - 500, user_id=user)).quote
    told = len(market.views.told)
    with pytest.raises(SelfTrade):
        await market.engine.reprice(bid, PRICE)
    assert len(market.views.told) == told


# ---- failures ------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [False, True])
async def test_after_a_failed_commit_the_view_is_the_stores(market: Market, late: bool) -> None:
    await market.ask()
    before = await market.view()
    (market.books.late_failures if late else market.books.failures).append(UNAVAILABLE)
    with pytest.raises(Unavailable):
        await market.bid()
    assert await market.view() == before
    await market.bid(book=other_book(market))
    await market.engine.loaded()
    after = await market.view()
    assert after.seq > before.seq
    assert after.asks == (() if late else before.asks)
    await market.assert_view_is_the_store()


async def test_without_another_caller_the_engine_recovers_by_itself(market: Market) -> None:
    await market.ask()
    market.books.late_failures.append(UNAVAILABLE)
    with pytest.raises(Unavailable):
        await market.bid()
    for _ in range(3):
        market.books.failures.append(UNAVAILABLE)
    for _ in range(3):
        await market.clock.advance(seconds(1))
        assert (await market.view()).asks == levels((PRICE, 1))
    await market.clock.advance(seconds(1))
    assert (await market.view()).asks == ()
    await market.assert_view_is_the_store()


async def test_a_view_that_could_not_be_told_is_told_whole_a_second_later(
    market: Market,
) -> None:
    await market.ask()
    market.views.are_away = True
    await market.ask(PRICE + 100)
    market.views.are_away = False
    assert (await market.view()).asks == levels((PRICE, 1))
    await market.bid(book=other_book(market))
    await market.clock.advance(seconds(1))
    assert (await market.view()).asks == levels((PRICE, 1), (PRICE + 100, 1))
    await market.ask(PRICE + 200)
    await market.assert_view_is_the_store()


async def test_the_next_change_after_one_that_could_not_be_told_is_the_whole_view(
    market: Market,
) -> None:
    await market.ask()
    market.views.are_away = True
    await market.ask()
    market.views.are_away = False
    await market.ask()
    await market.clock.advance(seconds(1))
    assert [type(told) for told in market.views.told] == [BookView, BookView]
    assert (await market.view()).asks == levels((PRICE, 3))


async def test_a_stopped_engine_leaves_no_task_behind(market: Market) -> None:
    market.views.are_away = True
    await market.ask()
    assert len(asyncio.all_tasks()) > 1
    await market.engine.stop()
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_view_that_could_not_be_told_is_told_by_itself_a_little_later(
    market: Market,
) -> None:
    await market.ask()
    market.views.are_away = True
    await market.ask(PRICE + 100)
    for _ in range(3):
        await market.clock.advance(seconds(1))
    assert (await market.view()).asks == levels((PRICE, 1))
    market.views.are_away = False
    await market.clock.advance(seconds(1))
    assert (await market.view()).asks == levels((PRICE, 1), (PRICE + 100, 1))
    told = len(market.views.told)
    await market.clock.advance(seconds(60))
    assert len(market.views.told) == told


async def test_views_that_are_away_are_asked_once_a_second_and_not_for_every_book(
    market: Market,
) -> None:
    books = [replace(market.book, size=Size(str(size))) for size in range(4, 14)]
    await asyncio.gather(*(market.ask(book=book) for book in books))
    market.views.are_away = True
    for _ in range(2):
        await asyncio.gather(*(market.ask(book=book) for book in books))
        market.views.calls = 0
        await market.clock.advance(seconds(1))
        assert market.views.calls == 1
    market.views.are_away = False
    await market.clock.advance(seconds(1))
    for book in books:
        await market.assert_view_is_the_store(book)


async def test_books_are_told_in_the_order_in_which_they_were_touched(market: Market) -> None:
    books = [replace(market.book, size=Size(str(size))) for size in (9, 4, 13, 7, 12)]
    await asyncio.gather(*(market.ask(book=book) for book in books))
    assert [told.book for told in market.views.told] == books


async def test_a_defect_in_the_views_loses_no_view(market: Market) -> None:
    other = other_book(market)
    await asyncio.gather(market.ask(), market.ask(book=other))
    market.views.are_away = True
    await market.ask(PRICE + 100)
    market.views.are_away = False
    market.views.failures.append(AssertionError("a defect in the views"))
    await market.ask(PRICE + 100, book=other)
    for _ in range(2):
        await market.clock.advance(seconds(1))
    await market.assert_view_is_the_store()
    await market.assert_view_is_the_store(other)


async def test_an_engine_starts_while_the_views_are_away(market: Market) -> None:
    await market.ask()
    await market.bid(PRICE - 100)
    await market.engine.stop()
    market.views.are_away = True
    again = await market.restarted()
    assert (await again.bid()).match is not None
    await again.engine.stop()

    again = await market.restarted()
    market.views.are_away = False
    await again.clock.advance(seconds(1))
    await again.assert_view_is_the_store()
    await again.engine.stop()


# ---- views that hang -----------------------------------------------------------------------------


async def test_views_that_hang_do_not_delay_commands(market: Market) -> None:
    await market.ask()
    market.views.may_tell.clear()
    first = await market.ask(PRICE + 100)
    second = await market.bid(PRICE + 100)
    assert second.match is not None
    assert await market.stored(first.quote) == first.quote
    assert (await market.view()).asks == levels((PRICE, 1))
    market.views.may_tell.set()
    await market.clock.advance(seconds(0))
    await market.assert_view_is_the_store()


async def test_what_waits_for_the_views_is_told_at_once_for_each_book(market: Market) -> None:
    other = other_book(market)
    await asyncio.gather(market.ask(), market.ask(book=other))
    before = (await market.view()).seq
    market.views.told.clear()
    market.views.may_tell.clear()
    for step in range(1, 5):
        await market.ask(PRICE + 100 * step)
        await market.ask(PRICE + 100 * step, book=other)
    market.views.may_tell.set()
    await market.clock.advance(seconds(0))
    # The first change of the first book was under way; all that came after it is one change.
    assert [told.book for told in market.views.told] == [market.book, other, market.book]
    assert (await market.view()).seq == before + 2
    await market.assert_view_is_the_store()
    await market.assert_view_is_the_store(other)


async def test_an_engine_stops_even_if_the_views_hang(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("solebook.core.bidding.publishing._LAST_WORDS", 0.01)
    market.views.may_tell.clear()
    await market.ask()
    await market.engine.stop()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_book_that_changed_during_a_failed_publication_is_published_whole(
    market: Market,
) -> None:
    await market.ask()
    market.views.may_tell.clear()
    market.views.failures.append(UNAVAILABLE)
    await market.ask(PRICE + 100)
    held = await held_back(market)
    market.views.may_tell.set()
    await market.clock.advance(seconds(2))
    assert (await market.view()).asks == levels((PRICE, 1))  # never what is not committed
    market.books.may_commit.set()
    await held
    await market.clock.advance(seconds(1))
    assert [type(told) for told in market.views.told] == [BookView, BookView]
    await market.assert_view_is_the_store()


# ---- restarts ------------------------------------------------------------------------------------


async def test_a_new_engine_publishes_every_book_again(market: Market) -> None:
    other = other_book(market)
    await asyncio.gather(market.ask(), market.bid(PRICE - 100), market.ask(book=other))
    await market.engine.stop()
    market.views.told.clear()
    again = await market.restarted()
    assert {told.book for told in market.views.told} == {market.book, other}
    assert all(isinstance(told, BookView) for told in market.views.told)
    await again.assert_view_is_the_store()
    await again.engine.stop()


async def test_a_new_engine_fills_empty_views(market: Market) -> None:
    await market.ask()
    await market.engine.stop()
    again = market.in_another_process(views=WatchedViews(market.adapters.store.stored_books))
    await again.engine.start()
    assert (await again.view()).asks == levels((PRICE, 1))
    await again.engine.loaded()
    await again.assert_view_is_the_store()
    await again.engine.stop()


async def test_a_new_engine_clears_the_view_of_a_book_that_became_empty_unpublished(
    market: Market,
) -> None:
    """The commit was the last thing that the process before did."""
    await market.ask()
    market.views.are_away = True
    await market.bid()
    market.views.are_away = False
    assert (await market.view()).asks == levels((PRICE, 1))
    again = await market.restarted()
    assert (await again.view()).asks == ()
    await again.assert_view_is_the_store()
    await again.engine.stop()


async def test_numbers_keep_rising_over_a_restart(market: Market) -> None:
    for _ in range(3):
        await market.ask()
    before = (await market.view()).seq
    await market.engine.stop()
    again = await market.restarted()
    assert (await again.view()).seq >= before
    await again.ask()
    assert (await again.view()).seq > before
    await again.engine.stop()


async def test_numbers_keep_rising_over_a_restart_after_refusals(market: Market) -> None:
    user = market.user_id()
    await market.ask(PRICE, user_id=user)
    bid = (await market.bid(PRICE - 500, user_id=user)).quote
    for _ in range(3):
        with pytest.raises(SelfTrade):
            await market.engine.reprice(bid, PRICE)
    await assert_numbers_go_on(market)


async def test_numbers_keep_rising_over_a_restart_after_failed_commits(market: Market) -> None:
    await market.ask()
    for _ in range(5):
        market.books.failures.append(UNAVAILABLE)
        with pytest.raises(Unavailable):
            await market.ask(PRICE + 100)
    with pytest.raises(NoCounterpart):
        await market.bid(PRICE - 100, ioc=True)
    await market.assert_view_is_the_store()
    await assert_numbers_go_on(market)


async def test_numbers_keep_rising_over_a_restart_after_late_publications(
    market: Market,
) -> None:
    await market.ask()
    market.views.are_away = True
    await market.ask()
    market.views.are_away = False
    market.books.failures.append(UNAVAILABLE)
    with pytest.raises(Unavailable):
        await market.bid(book=other_book(market))
    with pytest.raises(NoCounterpart):
        await market.bid(PRICE - 100, ioc=True)
    await market.clock.advance(seconds(1))
    await assert_numbers_go_on(market)


async def assert_numbers_go_on(market: Market) -> None:
    """The folded views of the next process assert it of every publication."""
    before = await market.view()
    await market.engine.stop()
    again = await market.restarted()
    after = await again.view()
    assert after.seq >= before.seq
    assert (after.bids, after.asks) == (before.bids, before.asks)
    await again.ask(PRICE + 100)
    assert (await again.view()).seq > before.seq
    await again.assert_view_is_the_store()
    await again.engine.stop()


def seconds(number: int) -> timedelta:
    return timedelta(seconds=number)
