"""Start, stop and loss of the shard: every caller gets an answer."""

import asyncio

import pytest

from solebook.core.bidding.matching_engine import EngineLimits
from solebook.ports.language.errors import (
    NoCounterpart,
    Refusal,
    ShardLost,
    Unavailable,
)
from solebook.ports.language.market import QuoteStatus
from solebook.ports.language.placement import Placement
from solebook.ports.language.rules import MarketRules

from .callers import all_answers, held_back, stopped
from .market import PRICE, Market, build_market
from .watched_adapters import UNAVAILABLE

# ---- starting and stopping -----------------------------------------------------------------------


async def test_an_engine_takes_no_commands_before_its_start() -> None:
    market = build_market()
    with pytest.raises(Unavailable):
        await market.bid()
    assert not market.engine.is_running


async def test_stopping_answers_waiting_commands_and_refuses_new_ones(market: Market) -> None:
    first = await held_back(market)
    waiting = [asyncio.create_task(market.ask(PRICE + 100)) for _ in range(3)]
    await asyncio.sleep(0)
    stop = asyncio.create_task(market.engine.stop())
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await market.bid()
    market.books.may_commit.set()
    await stop
    placements = await asyncio.gather(first, *waiting)
    for placement in placements:
        assert await market.stored(placement.quote) == placement.quote
    assert not market.engine.is_running


async def test_stopping_answers_waiting_commands_even_if_the_queue_is_full() -> None:
    market = build_market(limits=EngineLimits(queue=2, batch=1))
    await market.engine.start()
    first = await held_back(market)
    waiting = [asyncio.create_task(market.ask(PRICE + 100)) for _ in range(2)]
    await asyncio.sleep(0)
    stop = asyncio.create_task(market.engine.stop())
    await asyncio.sleep(0)
    market.books.may_commit.set()
    await stop
    assert len(await asyncio.gather(first, *waiting)) == 3


async def test_stopping_twice_or_before_the_start_is_harmless() -> None:
    market = build_market()
    await stopped(market)
    await market.engine.start()
    await stopped(market)
    await stopped(market)
    with pytest.raises(Unavailable):
        await market.bid()


async def test_an_engine_runs_once(market: Market) -> None:
    with pytest.raises(AssertionError, match="runs once"):
        await market.engine.start()
    await stopped(market)
    with pytest.raises(AssertionError, match="runs once"):
        await market.engine.start()


async def test_a_failed_start_can_be_retried(market: Market) -> None:
    ask = (await market.ask()).quote
    await stopped(market)
    again = market.in_another_process()
    market.books.read_failures.append(UNAVAILABLE)
    with pytest.raises(Unavailable):
        await again.engine.start()
    await again.engine.start()
    trade = await again.bid()
    assert trade.match is not None
    assert trade.match.ask_id == ask.id
    await stopped(again)


async def test_a_new_engine_has_the_same_books_as_the_previous_one(market: Market) -> None:
    first = (await market.ask()).quote
    second = (await market.ask()).quote
    late = (await market.ask(PRICE - 100)).quote
    moved = (await market.engine.reprice(first, PRICE + 100)).quote
    moved = (await market.engine.reprice(moved, PRICE)).quote
    gone = (await market.ask(PRICE - 200)).quote
    await market.engine.cancel(gone)
    bid = (await market.bid(PRICE - 300)).quote
    before = await market.view()
    await stopped(market)

    again = await market.restarted()
    after = await again.view()
    assert (after.bids, after.asks) == (before.bids, before.asks)
    asks = []
    for _ in range(3):
        trade = await again.bid(PRICE, ioc=True)
        assert trade.match is not None
        asks.append(trade.match.ask_id)
    assert asks == [late.id, second.id, moved.id]
    with pytest.raises(NoCounterpart):
        await again.bid(PRICE + 1_000, ioc=True)
    assert (await again.engine.cancel(bid)).status is QuoteStatus.CANCELLED
    await stopped(again)


async def test_a_new_engine_counts_stored_open_quotes() -> None:
    market = build_market(rules=MarketRules(max_open_quotes=2))
    await market.engine.start()
    user = market.user_id()
    await asyncio.gather(market.bid(user_id=user), market.bid(user_id=user))
    await stopped(market)
    again = await market.restarted()
    with pytest.raises(Refusal, match="maximum of 2 open bids"):
        await again.bid(user_id=user)
    await stopped(again)


async def test_quotes_placed_after_a_restart_queue_behind_earlier_ones(market: Market) -> None:
    first = (await market.ask()).quote
    await stopped(market)
    again = await market.restarted()
    second = (await again.ask()).quote
    assert second.sequence > first.sequence
    trade = await again.bid()
    assert trade.match is not None
    assert trade.match.ask_id == first.id
    await stopped(again)


async def test_stopping_answers_commands_that_wait_behind_a_failing_batch() -> None:
    market = build_market(limits=EngineLimits(batch=2))
    await market.engine.start()
    first = await held_back(market)
    waiting = [asyncio.create_task(market.ask(PRICE + 100 * n)) for n in range(4)]
    await asyncio.sleep(0)
    stop = asyncio.create_task(market.engine.stop())
    await asyncio.sleep(0)
    market.books.failures.append(AssertionError("a broken invariant"))
    market.books.may_commit.set()
    await stop
    answers = await all_answers(first, *waiting)
    assert [type(answer) for answer in answers] == [Unavailable] + [Placement] * 4
    await market.assert_view_is_the_store()


async def test_stopping_ends_even_if_the_shard_is_lost(market: Market) -> None:
    first = await held_back(market)
    waiting = asyncio.create_task(market.ask(PRICE + 100))
    await asyncio.sleep(0)
    stop = asyncio.create_task(market.engine.stop())
    await asyncio.sleep(0)
    market.books.failures.append(ShardLost(shard=0))
    market.books.may_commit.set()
    await stop
    answers = await all_answers(first, waiting)
    assert [type(answer) for answer in answers] == [Unavailable] * 2


# ---- losing the shard ----------------------------------------------------------------------------


async def test_an_engine_that_lost_its_shard_refuses_everything(
    market: Market, caplog: pytest.LogCaptureFixture
) -> None:
    ask = (await market.ask()).quote
    first = await held_back(market)
    waiting = [asyncio.create_task(market.ask(PRICE + 100)) for _ in range(3)]
    await asyncio.sleep(0)
    other = await market.restarted()
    market.books.may_commit.set()
    answers = await all_answers(first, *waiting)
    assert [type(answer) for answer in answers] == [Unavailable] * 4
    assert "belongs to another process" in caplog.text
    assert not market.engine.is_running
    with pytest.raises(Unavailable):
        await market.bid()
    await stopped(market)
    trade = await other.bid()
    assert trade.match is not None
    assert trade.match.ask_id == ask.id
    await stopped(other)


async def test_an_engine_ends_if_the_shard_is_lost_before_the_first_read(market: Market) -> None:
    market.books.failures.append(ShardLost(shard=0))
    with pytest.raises(Unavailable):
        await market.bid()
    assert not market.engine.is_running
    await stopped(market)


async def test_all_callers_are_answered_if_the_writer_is_cancelled(market: Market) -> None:
    first = await held_back(market)
    waiting = asyncio.create_task(market.ask(PRICE + 100))
    await asyncio.sleep(0)
    stop = asyncio.create_task(market.engine.stop())
    await asyncio.sleep(0)
    stop.cancel()
    async with asyncio.timeout(60):
        answers = await all_answers(first, waiting)
    assert [type(answer) for answer in answers] == [Unavailable] * 2
    with pytest.raises(Unavailable):
        await market.bid()
