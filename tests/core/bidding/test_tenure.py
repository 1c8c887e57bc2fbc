"""An engine whose tenure is over answers nothing and commits nothing."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.core.bidding.hosted_matching import HostedMatching
from solebook.core.bidding.matching_engine import MatchingEngine
from solebook.ports.language.errors import NoCounterpart, Unavailable
from solebook.ports.language.market import QuoteStatus, Side
from solebook.ports.tenure import Tenure

from .callers import all_answers
from .market import PRICE, Market, build_market


class Until(Tenure):
    """A tenure that a test ends."""

    is_over = False


@pytest.fixture
def tenure() -> Until:
    return Until()


@pytest.fixture
async def market() -> Market:
    """A market whose engine is not started."""
    return build_market()


@pytest.fixture
async def engine(market: Market, tenure: Until) -> AsyncIterator[MatchingEngine]:
    """A running engine with a tenure."""
    engine = market.engine_of(tenure=tenure)
    await engine.start()
    yield engine
    market.books.may_commit.set()
    await engine.stop()


@pytest.fixture
async def hosted(market: Market) -> HostedMatching:
    return HostedMatching(lambda tenure: market.engine_of(tenure=tenure), market.views)


async def test_the_next_engine_dates_no_match_before_the_last_though_its_clock_is_behind(
    market: Market, engine: MatchingEngine
) -> None:
    await engine.place(market.command(Side.ASK))
    first = await engine.place(market.command(Side.BID))
    behind = VirtualClock(market.clock.now() - timedelta(hours=1))
    exchange = market.exchange.in_another_process(clock=behind, book_views=market.views)
    next_engine = replace(market, exchange=exchange).engine_of()
    await next_engine.start()
    await next_engine.place(market.command(Side.ASK))
    second = await next_engine.place(market.command(Side.BID))
    await next_engine.stop()

    assert first.match is not None
    assert second.match is not None
    assert second.match.matched_at == first.match.matched_at
    assert second.match.id > first.match.id


async def test_what_was_committed_is_not_answered_after_the_tenure(
    market: Market, engine: MatchingEngine, tenure: Until
) -> None:
    market.books.may_commit.clear()
    command = market.command(Side.BID)
    bid = asyncio.create_task(engine.place(command))
    await market.books.committing.wait()
    tenure.is_over = True
    market.books.may_commit.set()
    with pytest.raises(Unavailable):  # it may have happened, and here it did
        await bid
    stored = await market.adapters.store.quotes.get(command.id)
    assert stored.status is QuoteStatus.ACTIVE
    assert not engine.is_running


async def test_a_refusal_is_not_answered_after_the_tenure(
    market: Market, engine: MatchingEngine, tenure: Until
) -> None:
    with pytest.raises(NoCounterpart):
        await engine.place(market.command(Side.BID, ioc=True))
    market.books.may_commit.clear()
    calls = [market.command(Side.ASK), market.command(Side.BID, PRICE - 100, ioc=True)]
    answering = asyncio.create_task(all_answers(*map(engine.place, calls)))
    await market.books.committing.wait()
    tenure.is_over = True
    market.books.may_commit.set()
    assert [type(answer) for answer in await answering] == [Unavailable, Unavailable]


async def test_nothing_is_committed_after_the_tenure(
    market: Market, engine: MatchingEngine, tenure: Until
) -> None:
    await engine.loaded()
    commits = len(market.books.commits)
    market.books.committing.clear()
    placing = asyncio.create_task(engine.place(market.command(Side.BID)))
    await asyncio.sleep(0)  # the command waits in the queue
    tenure.is_over = True
    with pytest.raises(Unavailable):
        await placing
    assert len(market.books.commits) == commits
    assert not market.books.committing.is_set()


async def test_no_command_is_accepted_after_the_tenure(
    market: Market, engine: MatchingEngine, tenure: Until
) -> None:
    await engine.check_ready()
    tenure.is_over = True
    with pytest.raises(Unavailable):
        await engine.place(market.command(Side.BID))
    with pytest.raises(Unavailable):
        await engine.check_ready()


async def test_an_abandoned_engine_answers_its_callers_although_a_commit_hangs(
    market: Market, engine: MatchingEngine, tenure: Until
) -> None:
    market.books.may_commit.clear()
    committing = asyncio.create_task(engine.place(market.command(Side.BID)))
    await market.books.committing.wait()
    waiting = asyncio.create_task(engine.place(market.command(Side.ASK)))
    await asyncio.sleep(0)
    tenure.is_over = True
    engine.abandon()
    for call in (committing, waiting):
        with pytest.raises(Unavailable):
            await call
    await asyncio.sleep(0)
    market.books.may_commit.set()
    await asyncio.sleep(0)
    assert not market.books.commits


# ---- hosting -------------------------------------------------------------------------------------


async def test_without_an_engine_here_every_command_is_unavailable(
    market: Market, hosted: HostedMatching
) -> None:
    with pytest.raises(Unavailable) as refusal:
        await hosted.place(market.command(Side.BID))
    assert refusal.value.what == "the matching engine"
    with pytest.raises(Unavailable):
        await hosted.check_ready()


async def test_engines_come_and_go_with_their_tenures(
    market: Market, hosted: HostedMatching, tenure: Until
) -> None:
    for _ in range(3):
        hosting = asyncio.create_task(hosted.host(tenure))
        await hosted.hosted()
        await hosted.place(market.command(Side.ASK))
        hosting.cancel()
        await asyncio.gather(hosting, return_exceptions=True)
        with pytest.raises(Unavailable):
            await hosted.place(market.command(Side.ASK))
    assert sum((await market.stored_levels())[Side.ASK].values()) == 3


async def test_an_engine_that_is_stopped_within_its_tenure_answers_what_waits(
    market: Market, hosted: HostedMatching, tenure: Until
) -> None:
    hosting = asyncio.create_task(hosted.host(tenure))
    await hosted.hosted()
    market.books.may_commit.clear()
    bid = asyncio.create_task(hosted.place(market.command(Side.BID)))
    await market.books.committing.wait()
    hosting.cancel()
    await asyncio.sleep(0)
    assert not bid.done()
    market.books.may_commit.set()
    assert (await bid).quote.status is QuoteStatus.ACTIVE
    await asyncio.gather(hosting, return_exceptions=True)


async def test_an_engine_whose_tenure_is_over_refuses_at_once_although_a_commit_hangs(
    market: Market, hosted: HostedMatching, tenure: Until
) -> None:
    hosting = asyncio.create_task(hosted.host(tenure))
    await hosted.hosted()
    market.books.may_commit.clear()
    bid = asyncio.create_task(hosted.place(market.command(Side.BID)))
    await market.books.committing.wait()
    tenure.is_over = True
    hosting.cancel()
    with pytest.raises(Unavailable):
        await bid
    await asyncio.gather(hosting, return_exceptions=True)
    assert hosting.cancelled()


async def test_after_another_engine_took_the_shard_hosting_ends(
    market: Market, hosted: HostedMatching, tenure: Until
) -> None:
    hosting = asyncio.create_task(hosted.host(tenure))
    await hosted.hosted()
    other = market.engine_of()
    await other.start()
    with pytest.raises(Unavailable):
        await hosted.place(market.command(Side.BID))
    await hosting
    await other.stop()
