"""Alerts of a user on one book rest together, and fire later for missed falls."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solebook.composition.engine import engine_of
from solebook.ports.language.events import PriceDropped
from solebook.ports.language.market import Condition, Quote

from ...exchange import SIZE, Exchange, build_exchange
from .test_drops import HOUR, MINUTE, drops, watch


async def ask(exchange: Exchange, amount: int) -> Quote:
    return (await exchange.ask(exchange.seller, amount)).quote


async def cancel(exchange: Exchange, quote: Quote) -> None:
    await exchange.app.bidding.cancel_quote(exchange.seller, quote.side, quote.id)


async def later(exchange: Exchange, time: timedelta) -> None:
    await exchange.workers.settle()
    await exchange.clock.advance(time)


async def told(exchange: Exchange) -> list[int]:
    return [lowest_ask for _, lowest_ask in await drops(exchange)]


async def test_a_fall_through_many_alerts_fires_once_now_and_once_after_the_rest(
    exchange: Exchange,
) -> None:
    prices = range(20_000, 18_000, -100)
    for price in prices:
        await watch(exchange, price)
    resting = await ask(exchange, 20_100)
    for price in prices:
        await exchange.app.bidding.reprice_quote(
            exchange.seller, resting.side, resting.id, amount=price
        )
        await later(exchange, MINUTE)
    assert await drops(exchange) == [(20_000, 20_000)]
    await later(exchange, HOUR)
    assert await drops(exchange) == [(20_000, 20_000), (18_100, 18_100)]
    await later(exchange, 2 * HOUR)
    assert len(await drops(exchange)) == 2


async def test_a_missed_price_that_is_gone_does_not_fire(exchange: Exchange) -> None:
    await watch(exchange, 20_000)
    await watch(exchange, 15_000)
    await ask(exchange, 20_000)
    await later(exchange, MINUTE)
    bait = await ask(exchange, 10_000)
    await later(exchange, MINUTE)
    await cancel(exchange, bait)
    await later(exchange, 2 * HOUR)
    assert await told(exchange) == [20_000]
    # The missed fall is forgotten, so the alert can fire again.
    await ask(exchange, 14_000)
    assert await told(exchange) == [20_000, 14_000]


async def test_a_missed_fall_fires_with_the_price_at_the_end_of_the_rest(
    exchange: Exchange,
) -> None:
    await watch(exchange, 20_000)
    await watch(exchange, 15_000)
    await ask(exchange, 20_000)
    await later(exchange, MINUTE)
    bait = await ask(exchange, 10_000)
    await ask(exchange, 14_000)
    await later(exchange, MINUTE)
    await cancel(exchange, bait)
    await later(exchange, HOUR - 3 * MINUTE)
    assert await told(exchange) == [20_000]
    await later(exchange, MINUTE)
    assert await drops(exchange) == [(20_000, 20_000), (15_000, 14_000)]


async def test_an_alert_created_after_the_last_firing_fires_at_once(
    exchange: Exchange,
) -> None:
    await watch(exchange, 20_000)
    await ask(exchange, 20_000)
    await later(exchange, MINUTE)
    await watch(exchange, 18_000)
    await watch(exchange, 17_000)
    await ask(exchange, 17_500)
    await later(exchange, MINUTE)
    assert await told(exchange) == [20_000, 17_500]
    await ask(exchange, 16_500)  # all of them rest again
    assert await told(exchange) == [20_000, 17_500]


async def test_an_alert_does_not_fire_at_a_higher_price_than_before(
    exchange: Exchange,
) -> None:
    await watch(exchange, 20_000)
    await watch(exchange, 15_000)
    first = await ask(exchange, 20_000)
    await later(exchange, HOUR)
    second = await ask(exchange, 15_000)
    await later(exchange, HOUR)
    for quote in (first, second):
        await cancel(exchange, quote)
    await ask(exchange, 18_000)
    assert await told(exchange) == [20_000, 15_000]


async def test_alerts_of_other_users_and_books_do_not_rest(exchange: Exchange) -> None:
    await watch(exchange, 20_000)
    await ask(exchange, 20_000)
    await later(exchange, MINUTE)
    other = await exchange.new_buyer()
    for who, condition in ((other, Condition.NEW), (exchange.buyer, Condition.USED)):
        await exchange.app.price_alerts.watch_price(
            who, product_id=exchange.product.id, size=SIZE, price=19_000, condition=condition
        )
    await ask(exchange, 19_000)
    await exchange.ask(exchange.seller, 18_000, condition=Condition.USED)
    assert await told(exchange) == [20_000, 19_000, 18_000]


steps = st.tuples(
    st.sampled_from(["ask", "cancel", "watch"]),
    st.integers(100, 108).map(lambda tick: 100 * tick),
    st.sampled_from([MINUTE, 20 * MINUTE, HOUR]),
)


@pytest.mark.integration
@given(story=st.lists(steps, max_size=25))
async def test_firings_are_rare_and_at_lower_prices_in_any_history(
    story: list[tuple[str, int, timedelta]],
) -> None:
    exchange = build_exchange()
    await exchange.open()
    asks: list[Quote] = []
    made: list[datetime] = []
    watched: list[int] = []
    for what, amount, time in story:
        if what == "ask":
            asks.append(await ask(exchange, amount))
        elif what == "cancel" and asks:
            await cancel(exchange, asks.pop())
        elif what == "watch" and amount not in watched:
            await watch(exchange, amount)
            watched.append(amount)
            made.append(exchange.clock.now())
        await later(exchange, time)
    await exchange.workers.settle()
    events = [m.event for m in exchange.bus.published if isinstance(m.event, PriceDropped)]
    for first, second in pairwise(events):
        news = any(first.dropped_at < at <= second.dropped_at for at in made)
        assert news or second.dropped_at - first.dropped_at >= HOUR
        assert news or second.lowest_ask < first.lowest_ask
    await engine_of(exchange.app).stop()
