"""Placing a quote is idempotent by its id."""

import asyncio

import pytest

from solebook.ports.language.errors import Unavailable
from solebook.ports.language.market import QuoteStatus, Side

from .callers import stopped
from .market import PRICE, Market
from .watched_adapters import UNAVAILABLE


async def test_a_repeated_placement_returns_the_current_quote(market: Market) -> None:
    command = market.command(Side.ASK)
    first = await market.engine.place(command)
    again = await market.engine.place(command)
    assert (again.quote, again.match, again.replayed) == (first.quote, None, True)
    assert await market.stored_levels() == {Side.BID: {}, Side.ASK: {PRICE: 1}}
    cancelled = await market.engine.cancel(first.quote)
    assert (await market.engine.place(command)).quote == cancelled


async def test_a_repeated_placement_returns_the_match_of_a_traded_quote(market: Market) -> None:
    resting, taking = market.command(Side.ASK), market.command(Side.BID)
    await market.engine.place(resting)
    trade = await market.engine.place(taking)
    for command in (resting, taking):
        again = await market.engine.place(command)
        assert again.replayed
        assert again.match == trade.match
        assert again.quote.status is QuoteStatus.MATCHED


async def test_the_same_placement_twice_in_one_batch_makes_one_quote(market: Market) -> None:
    await market.ask()
    command = market.command(Side.BID)
    first, second = await asyncio.gather(*(market.engine.place(command) for _ in range(2)))
    assert first.match is not None
    assert (second.quote, second.match, second.replayed) == (first.quote, first.match, True)


async def test_a_placement_repeated_after_a_restart_makes_one_quote(market: Market) -> None:
    command = market.command(Side.ASK)
    first = await market.engine.place(command)
    await stopped(market)
    again = await market.restarted()
    assert (await again.engine.place(command)).quote == first.quote
    await stopped(again)


async def test_a_placement_repeated_after_a_commit_with_a_lost_answer_makes_one_quote(
    market: Market,
) -> None:
    command = market.command(Side.ASK)
    market.books.late_failures.append(UNAVAILABLE)
    with pytest.raises(Unavailable):
        await market.engine.place(command)
    assert (await market.engine.place(command)).replayed
    assert await market.stored_levels() == {Side.BID: {}, Side.ASK: {PRICE: 1}}
