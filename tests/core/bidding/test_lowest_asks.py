"""Every change of a lowest ask is told once, with the batch that made it."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solebook.ports.language.errors import Refusal, SelfTrade, Unavailable
from solebook.ports.language.events import LowestAskChanged
from solebook.ports.language.market import BookKey, Side, Size

from .lowest_ask_chains import LowestAskChains
from .market import PRICE, Market, build_market
from .watched_adapters import UNAVAILABLE


async def told(market: Market) -> list[tuple[int | None, int | None]]:
    """From and to where the lowest asks went, of which each book's make a chain."""
    chains = LowestAskChains()
    for message in await market.adapters.store.outbox.unsent(1_000):
        if isinstance(message.event, LowestAskChanged):
            chains.tell(message.event)
    for book, lowest_ask in chains.lowest.items():
        assert lowest_ask == (await market.view(book)).lowest_ask
    return chains.told


async def test_a_first_ask_and_every_lower_one_are_told(market: Market) -> None:
    for amount in (PRICE, PRICE - 100, PRICE + 100, PRICE - 200):
        await market.ask(amount)
    assert await told(market) == [
        (None, PRICE),
        (PRICE, PRICE - 100),
        (PRICE - 100, PRICE - 200),
    ]


async def test_the_event_says_when(market: Market) -> None:
    await market.clock.advance(timedelta(hours=3))
    await market.ask()
    (message,) = await market.adapters.store.outbox.unsent(10)
    assert message.event == LowestAskChanged(market.book, None, PRICE, market.clock.now())


async def test_bids_that_rest_tell_nothing(market: Market) -> None:
    await asyncio.gather(market.bid(), market.bid(PRICE - 100))
    assert await told(market) == []


async def test_a_trade_tells_of_the_next_ask(market: Market) -> None:
    await market.ask(PRICE)
    await market.ask(PRICE)
    await market.ask(PRICE + 100)
    for _ in range(3):
        await market.bid(PRICE + 100)
    assert await told(market) == [(None, PRICE), (PRICE, PRICE + 100), (PRICE + 100, None)]


async def test_an_ask_that_trades_at_once_tells_nothing(market: Market) -> None:
    await market.bid()
    await market.ask()
    assert await told(market) == []


async def test_a_cancelled_and_a_repriced_ask_tell_where_that_leads(market: Market) -> None:
    first, second = (await market.ask(PRICE)).quote, (await market.ask(PRICE + 100)).quote
    await market.engine.cancel(first)
    await market.engine.reprice(second, PRICE - 100)
    assert await told(market) == [
        (None, PRICE),
        (PRICE, PRICE + 100),
        (PRICE + 100, PRICE - 100),
    ]


async def test_another_lifetime_alone_tells_nothing(market: Market) -> None:
    ask = (await market.ask()).quote
    await market.engine.reprice(ask, expires_at=ask.expires_at + timedelta(days=1))
    assert await told(market) == [(None, PRICE)]


async def test_an_ask_that_expires_is_told_also_by_whoever_finds_it(market: Market) -> None:
    await market.ask(PRICE, days=1)
    await market.ask(PRICE + 100, days=2)
    late = (await market.ask(PRICE + 200, days=3)).quote
    await market.clock.advance(timedelta(days=2))
    await market.bid(PRICE - 100)
    await market.clock.advance(timedelta(days=1))
    await market.engine.expire(late)
    assert await told(market) == [(None, PRICE), (PRICE, PRICE + 200), (PRICE + 200, None)]


async def test_a_refused_command_may_have_found_an_expired_ask(market: Market) -> None:
    user = market.user_id()
    await market.ask(PRICE, days=1)
    await market.ask(PRICE + 100, user_id=user)
    await market.clock.advance(timedelta(days=1))
    with pytest.raises(SelfTrade):
        await market.bid(PRICE + 100, user_id=user)
    assert await told(market) == [(None, PRICE), (PRICE, PRICE + 100)]


@pytest.mark.parametrize("returns", [True, False])
async def test_an_ask_that_returns_is_told(market: Market, returns: bool) -> None:
    await market.ask()
    match = (await market.bid()).match
    assert match is not None
    await market.engine.unwind(match.id, match.book, ask_returns=returns)
    assert await told(market) == [(None, PRICE), (PRICE, None)] + [(None, PRICE)] * returns


async def test_a_batch_tells_of_a_book_once_however_much_it_moves(market: Market) -> None:
    other = BookKey(market.book.product_id, Size("10"))
    falling = [market.ask(PRICE - 100 * step) for step in range(5)]
    await asyncio.gather(*falling, market.ask(book=other), market.bid(PRICE))
    assert await told(market) == [(None, PRICE - 300), (None, PRICE)]


async def test_commands_that_undo_each_other_in_a_batch_tell_nothing(market: Market) -> None:
    await market.ask(PRICE)
    ask = (await market.ask(PRICE + 100)).quote
    await asyncio.gather(
        market.engine.reprice(ask, PRICE - 100),
        market.engine.reprice(ask, PRICE + 200),
    )
    await asyncio.gather(market.ask(PRICE - 200), market.bid(PRICE - 200))
    assert await told(market) == [(None, PRICE)]


# ---- failures ------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [False, True])
async def test_a_failed_commit_does_not_break_the_chain(market: Market, late: bool) -> None:
    await market.ask(PRICE)
    (market.books.late_failures if late else market.books.failures).append(UNAVAILABLE)
    with pytest.raises(Unavailable):
        await market.ask(PRICE - 100)
    await market.ask(PRICE - 200)
    between = [(PRICE, PRICE - 100), (PRICE - 100, PRICE - 200)]
    assert await told(market) == [(None, PRICE), *(between if late else [(PRICE, PRICE - 200)])]


async def test_a_restart_does_not_break_the_chain(market: Market) -> None:
    await market.ask(PRICE)
    await market.engine.stop()
    again = await market.restarted()
    assert await told(again) == [(None, PRICE)]
    await again.bid(PRICE)
    assert await told(again) == [(None, PRICE), (PRICE, None)]
    await again.engine.stop()


amounts = st.integers(-3, 3).map(lambda step: PRICE + 100 * step)
deeds = st.one_of(
    *[st.tuples(st.sampled_from(["ask", "ask", "bid"]), amounts)] * 3,
    st.tuples(st.sampled_from(["cancel", "reprice", "unwind"]), amounts),
)
batches = st.tuples(
    st.sampled_from(["", "", "", "fails", "fails late", "restart"]),
    st.lists(deeds, min_size=1, max_size=6),
)


@settings(max_examples=15, deadline=None)
@given(st.lists(batches, max_size=10))
async def test_whatever_fails_the_events_lead_to_the_lowest_ask(
    history: list[tuple[str, list[tuple[str, int]]]],
) -> None:
    market = build_market()
    await market.engine.start()
    for mishap, batch in history:
        if mishap == "restart":
            await market.engine.stop()
            market = await market.restarted()
        elif mishap:
            failures = market.books.late_failures if "late" in mishap else market.books.failures
            failures.append(UNAVAILABLE)
        await do_at_once(market, batch)
        market.books.failures.clear()
        market.books.late_failures.clear()
    await market.clock.advance(timedelta(seconds=2))
    await market.assert_view_is_the_store()
    assert all(before != after for before, after in await told(market))
    await market.engine.stop()


async def do_at_once(market: Market, deeds: list[tuple[str, int]]) -> None:
    """Have one batch of commands; those that aim at a quote or a match aim at the latest."""
    committed = market.books.commits
    asks = [q for batch in committed for q in batch.added.values() if q.side is Side.ASK]
    matches = [match for batch in committed for match in batch.matches]
    commands: list[Awaitable[object]] = []
    for deed, amount in deeds:
        if deed == "ask":
            commands.append(market.ask(amount))
        elif deed == "bid":
            commands.append(market.bid(amount))
        elif deed == "unwind" and matches:
            commands.append(
                market.engine.unwind(matches[-1].id, matches[-1].book, ask_returns=True)
            )
        elif deed == "cancel" and asks:
            commands.append(market.engine.cancel(asks[-1]))
        elif deed == "reprice" and asks:
            commands.append(market.engine.reprice(asks[-1], amount))
    for answer in await asyncio.gather(*commands, return_exceptions=True):
        assert not isinstance(answer, BaseException) or isinstance(answer, Refusal), answer
