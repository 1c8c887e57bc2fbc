"""The writer: group commit, failure, the queue, several shards."""

import asyncio
import logging
from dataclasses import replace
from typing import cast

import pytest

from solebook.core.bidding.matching_engine import EngineLimits
from solebook.ports.language.errors import (
    NoCounterpart,
    QueueFull,
    QuoteNotActive,
    Refusal,
    ShardLost,
    Unavailable,
)
from solebook.ports.language.ids import OrderId, ProductId
from solebook.ports.language.market import (
    Condition,
    QuoteStatus,
    Side,
    Size,
    WithdrawalReason,
    shard_of,
)
from solebook.ports.language.placement import Placement
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.traces import Trace, within

from .callers import all_answers, held_back, stopped
from .market import PRICE, Market, build_market
from .watched_adapters import UNAVAILABLE

# ---- group commit --------------------------------------------------------------------------------


async def test_callers_that_wait_together_are_committed_together(market: Market) -> None:
    placements = await asyncio.gather(*(market.ask(PRICE + 100 * n) for n in range(200)))
    assert len(market.books.commits) < 5
    for placement in placements:
        assert await market.stored(placement.quote) == placement.quote


async def test_the_messages_of_a_batch_have_the_traces_of_their_commands(market: Market) -> None:
    async def trade(number: int) -> Placement:
        with within(Trace(f"{number:032x}", "2" * 16)):
            return await market.bid(PRICE)

    for _ in range(3):
        await market.ask(PRICE)
    placements = await asyncio.gather(*(trade(number) for number in (1, 2, 3)))
    assert len(market.books.commits) == 4, "the bids were committed together"
    traces = {m.key: m.trace for m in await market.adapters.store.outbox.unsent(100)}
    for number, placement in enumerate(placements, start=1):
        assert placement.match is not None
        assert traces[str(placement.match.id)] == f"00-{number:032x}-{'2' * 16}-00"


async def test_a_batch_has_its_limit() -> None:
    market = build_market(limits=EngineLimits(batch=10))
    await market.engine.start()
    await asyncio.gather(*(market.ask() for _ in range(35)))
    assert max(len(batch.added) for batch in market.books.commits) == 10
    await stopped(market)


async def test_nothing_is_answered_before_it_is_durable(market: Market) -> None:
    bid = await held_back(market)
    for _ in range(10):
        await asyncio.sleep(0)
    assert not bid.done()
    market.books.may_commit.set()
    assert await market.stored((await bid).quote) == (await bid).quote


async def test_a_batch_that_changes_nothing_is_not_committed(market: Market) -> None:
    ask = (await market.ask()).quote
    commits = len(market.books.commits)
    told = len(market.views.told)
    with pytest.raises(NoCounterpart) as refused:
        await market.bid(PRICE - 100, ioc=True)
    assert refused.value.best == PRICE
    assert await market.engine.expire(ask) == ask
    assert len(market.books.commits) == commits
    assert len(market.views.told) == told


async def test_a_refusal_in_a_batch_affects_only_its_caller(market: Market) -> None:
    refused, rested = await all_answers(market.bid(ioc=True), market.bid())
    assert isinstance(refused, NoCounterpart)
    assert isinstance(rested, Placement)
    assert len(market.books.commits) == 1


@pytest.mark.parametrize("limits", [{"queue": 0}, {"batch": 0}, {"queue": -1}])
def test_an_engine_must_let_something_through(limits: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least one"):
        EngineLimits(**limits)


# ---- failing commits -----------------------------------------------------------------------------


async def test_a_failed_commit_fails_every_caller_in_the_batch(market: Market) -> None:
    ask = (await market.ask()).quote
    market.books.failures.append(UNAVAILABLE)
    answers = await all_answers(market.bid(), market.bid(PRICE - 100), market.ask(PRICE + 100))
    assert [type(answer) for answer in answers] == [Unavailable] * 3
    assert await market.status(ask) is QuoteStatus.ACTIVE


async def test_after_a_failed_commit_the_books_equal_the_store(market: Market) -> None:
    ask = (await market.ask()).quote
    market.books.failures.append(UNAVAILABLE)
    await all_answers(market.bid(), market.bid(PRICE - 100), market.ask(PRICE + 100))
    trade = await market.bid(PRICE + 500)
    assert trade.match is not None
    assert trade.match.ask_id == ask.id
    with pytest.raises(NoCounterpart) as refused:
        await market.bid(PRICE + 500, ioc=True)
    assert refused.value.best is None
    with pytest.raises(NoCounterpart) as refused:
        await market.ask(PRICE - 500, ioc=True)
    assert refused.value.best is None
    await market.assert_view_is_the_store()


async def test_a_failed_commit_that_took_effect_counts(market: Market) -> None:
    ask = (await market.ask()).quote
    market.books.late_failures.append(UNAVAILABLE)
    answers = await all_answers(market.bid(), market.bid(PRICE - 100))
    assert [type(answer) for answer in answers] == [Unavailable] * 2
    assert await market.status(ask) is QuoteStatus.MATCHED
    with pytest.raises(QuoteNotActive):
        await market.engine.cancel(ask)
    # The second bid rests, although its caller could not be told so.
    trade = await market.ask(PRICE - 100, ioc=True)
    assert trade.match is not None
    await market.assert_view_is_the_store()


async def test_a_failed_commit_counts_nobodys_open_quotes_twice() -> None:
    market = build_market(rules=MarketRules(max_open_quotes=2))
    await market.engine.start()
    user = market.user_id()
    market.books.failures.append(UNAVAILABLE)
    with pytest.raises(Unavailable):
        await market.bid(user_id=user)
    await market.bid(user_id=user)
    market.books.late_failures.append(UNAVAILABLE)
    with pytest.raises(Unavailable):
        await market.bid(user_id=user)
    with pytest.raises(Refusal, match="maximum of 2 open bids"):
        await market.bid(user_id=user)
    await stopped(market)


async def test_the_next_batch_waits_for_a_store_that_is_still_away(market: Market) -> None:
    await market.ask()
    market.books.failures.append(UNAVAILABLE)
    with pytest.raises(Unavailable):
        await market.bid(PRICE - 100)
    market.books.failures.append(UNAVAILABLE)
    with pytest.raises(Unavailable):
        await market.bid()
    market.books.read_failures.append(UNAVAILABLE)
    with pytest.raises(Unavailable):
        await market.bid()
    assert (await market.bid()).match is not None
    await market.assert_view_is_the_store()


async def test_a_failed_batch_is_behind_before_its_books_are_loaded_again(market: Market) -> None:
    """A commit that seemed to fail may still be on its way to the store."""
    ask = (await market.ask()).quote
    market.books.failures.append(UNAVAILABLE)
    with pytest.raises(Unavailable):
        await market.bid()
    market.books.commits.clear()
    await market.engine.expire(ask)
    assert [batch.is_empty for batch in market.books.commits] == [True]


async def test_a_shard_lost_meanwhile_is_noticed_after_a_failed_commit(market: Market) -> None:
    ask = (await market.ask()).quote
    market.books.failures.append(UNAVAILABLE)
    with pytest.raises(Unavailable):
        await market.bid()
    other = await market.restarted()
    with pytest.raises(Unavailable):
        await market.engine.expire(ask)
    assert not market.engine.is_running
    await stopped(other)


async def test_a_defect_in_a_batch_leaves_no_caller_waiting(
    market: Market, caplog: pytest.LogCaptureFixture
) -> None:
    ask = (await market.ask()).quote
    market.books.failures.append(AssertionError("a broken invariant"))
    answers = await all_answers(market.bid(), market.bid())
    assert [type(answer) for answer in answers] == [Unavailable] * 2
    assert "a broken invariant" in caplog.text
    trade = await market.bid()
    assert trade.match is not None
    assert trade.match.ask_id == ask.id


async def test_a_defective_command_fails_alone(
    market: Market, caplog: pytest.LogCaptureFixture
) -> None:
    defective = replace(market.command(Side.ASK), amount=cast(int, "a lot"))
    answers = await all_answers(
        market.ask(), market.engine.place(defective), market.bid(), market.ask(PRICE + 100)
    )
    kinds = [type(answer) for answer in answers]
    assert kinds == [Placement, Unavailable, Placement, Placement]
    assert "a batch failed" in caplog.text
    assert await market.stored_levels() == {Side.BID: {}, Side.ASK: {PRICE + 100: 1}}
    await market.assert_view_is_the_store()


async def test_a_batch_that_may_be_committed_is_not_run_again(market: Market) -> None:
    market.books.late_failures.append(RuntimeError("the connection broke"))
    answers = await all_answers(market.ask(), market.ask(PRICE + 100))
    assert [type(answer) for answer in answers] == [Unavailable] * 2
    assert (await market.bid()).match is not None
    assert await market.stored_levels() == {Side.BID: {}, Side.ASK: {PRICE + 100: 1}}


async def test_a_failed_commit_is_logged(market: Market, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    outage = Unavailable(what="the store")
    outage.__cause__ = ConnectionError("the server is gone")
    market.books.failures.append(outage)
    with pytest.raises(Unavailable):
        await market.bid()
    assert f"{outage} (the server is gone)" in caplog.text


# ---- the queue -----------------------------------------------------------------------------------


async def test_a_full_queue_refuses_at_once() -> None:
    market = build_market(limits=EngineLimits(queue=3))
    await market.engine.start()
    first = await held_back(market)
    waiting = [asyncio.create_task(market.ask(PRICE + 100)) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(QueueFull) as refused:
        await market.bid()
    assert refused.value.retry_after > 0
    market.books.may_commit.set()
    await asyncio.gather(first, *waiting)
    assert (await market.bid()).quote.status is QuoteStatus.ACTIVE
    assert await market.stored_levels() == {Side.BID: {PRICE: 2}, Side.ASK: {PRICE + 100: 3}}
    await stopped(market)


async def test_a_cancelled_caller_does_not_affect_others(market: Market) -> None:
    first = await held_back(market)
    gone = asyncio.create_task(market.ask(PRICE + 100))
    stays = asyncio.create_task(market.ask(PRICE + 200))
    await asyncio.sleep(0)
    gone.cancel()
    first.cancel()
    await asyncio.sleep(0)
    market.books.may_commit.set()
    assert (await stays).quote.status is QuoteStatus.ACTIVE
    assert gone.cancelled()
    assert first.cancelled()
    assert (await market.bid()).quote.status is QuoteStatus.ACTIVE


# ---- several shards and books --------------------------------------------------------------------


async def test_quotes_in_different_books_of_a_shard_do_not_match(market: Market) -> None:
    await market.ask()
    others = [
        replace(market.book, condition=Condition.USED),
        replace(market.book, size=Size("9.5")),
        replace(market.book, product_id=ProductId(market.ids.new())),
    ]
    for book in others:
        with pytest.raises(NoCounterpart):
            await market.engine.place(market.command(Side.BID, book=book, ioc=True))


async def test_an_engine_refuses_the_books_of_other_shards() -> None:
    market = build_market()
    own = shard_of(market.book, 2)
    engine, other = market.engine_of(own, 2), market.engine_of(1 - own, 2)
    await engine.start()
    await other.start()
    ask = (await engine.place(market.command(Side.ASK))).quote
    for foreign in (
        other.place(market.command(Side.BID)),
        other.reprice(ask, PRICE + 100),
        other.cancel(ask),
        other.expire(ask),
        other.withdraw(ask, WithdrawalReason.ADMIN),
        other.unwind(OrderId(market.ids.new()), ask.book, ask_returns=True),
    ):
        with pytest.raises(ShardLost) as refused:
            await foreign
        assert refused.value.shard == own
    assert await market.stored(ask) == ask
    assert other.is_running
    await engine.stop()
    await other.stop()


async def test_an_engine_keeps_to_the_books_of_its_shard() -> None:
    market = build_market()
    books = [replace(market.book, size=Size(str(size))) for size in range(4, 16)]
    of_shard = {n: {book for book in books if shard_of(book, 2) == n} for n in (0, 1)}
    assert all(of_shard.values())
    for _ in range(2):
        for number, own in of_shard.items():
            market.views.told.clear()
            engine = market.engine_of(number, 2)
            await engine.start()
            for book in own:
                await engine.place(market.command(Side.ASK, book=book))
            await engine.stop()
            assert {told.book for told in market.views.told} == own
    for book in books:
        await market.assert_view_is_the_store(book)
