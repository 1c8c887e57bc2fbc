"""An alert fires each time the lowest ask crosses its price on the way down."""

import math
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solebook.adapters.embedded import tokens
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.composition.memory_store import build_memory_store
from solebook.composition.router import Router
from solebook.core.price_alerts.report_drops import ReportDrops
from solebook.ports.language.events import LowestAskChanged, PriceDropped
from solebook.ports.language.ids import AlertId, MessageId, ProductId, UserId
from solebook.ports.language.market import BookKey, Condition, Size
from solebook.ports.language.messages import Message, Queue
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.price_alerts import PriceAlert
from solebook.ports.language.rules import MarketRules

from ...exchange import MONDAY, SIZE, Exchange
from ...forwarding import CountedTransactions

NONE, SECOND, MINUTE = timedelta(0), timedelta(seconds=1), timedelta(minutes=1)
HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)
Drop = tuple[AlertId, int, datetime]


# ---- walks of the lowest ask ---------------------------------------------------------------------


class Watched:
    """A book with alerts, to which a test delivers events."""

    def __init__(self, rules: MarketRules | None = None) -> None:
        self.clock = VirtualClock(MONDAY)
        self.ids = SeededIds(4, self.clock)
        self.store: Store = build_memory_store(clock=self.clock, ids=self.ids)
        self.book = BookKey(ProductId(self.ids.new()), Size(SIZE))
        self.transactions = CountedTransactions(self.store.transaction)
        report_drops = ReportDrops(
            transaction=self.transactions,
            price_alerts=self.store.price_alerts,
            outbox=self.store.outbox,
            rules=rules or MarketRules(),
        )
        self.consumer = Router(Queue.PRICE_ALERTS).repeatable(
            LowestAskChanged, "report_drops", report_drops
        )

    async def add(self, price: int, made_at: datetime = MONDAY, **more: Any) -> PriceAlert:
        alert = PriceAlert(
            id=AlertId(self.ids.new()),
            user_id=more.get("user_id", UserId(self.ids.new())),
            book=more.get("book", self.book),
            price=price,
            created_at=made_at,
        )
        async with self.store.transaction():
            await self.store.price_alerts.add(alert)
        return alert

    def walk(self, lowest_asks: list[int | None]) -> list[Message]:
        """Return the events of a walk of the lowest ask, a second apart, from no ask."""
        return [
            self.message(before, after, MONDAY + SECOND * step)
            for step, (before, after) in enumerate(pairwise([None, *lowest_asks]))
            if before != after
        ]

    def message(self, before: int | None, after: int | None, at: datetime = MONDAY) -> Message:
        event = LowestAskChanged(self.book, before, after, at)
        return Message(MessageId(self.ids.new()), event.key, event, at)

    async def deliver(self, *messages: Message) -> None:
        for message in messages:
            await self.consumer.handle(message)

    async def drops(self) -> Counter[Drop]:
        return Counter((e.alert_id, e.lowest_ask, e.dropped_at) for e in await self.told())

    async def told(self) -> list[PriceDropped]:
        messages = await self.store.outbox.unsent(10_000)
        return [m.event for m in messages if isinstance(m.event, PriceDropped)]

    async def dropped_at(self, alert: PriceAlert) -> datetime | None:
        page = await self.store.price_alerts.of_user(alert.user_id, PageRequest())
        return page.items[0].dropped_at


def firings(alert: PriceAlert, lowest_asks: list[int | None], rules: MarketRules) -> list[Drop]:
    """Return the firings of an alert, step by step, for events in sequence."""
    drops: list[Drop] = []
    last = math.inf
    for step, lowest_ask in enumerate(lowest_asks):
        now = math.inf if lowest_ask is None else lowest_ask
        at = MONDAY + SECOND * step
        if lowest_ask is not None and now <= alert.price < last and at >= alert.created_at:
            _, told, told_at = drops[-1] if drops else (None, math.inf, MONDAY - YEAR)
            rested = at - told_at >= rules.price_alert_pause
            if rested and (now < told or at - told_at >= rules.price_alert_memory):
                drops.append((alert.id, lowest_ask, at))
        last = now
    return drops


prices = st.integers(1, 5).map(lambda step: 100 * step)
walks = st.lists(st.none() | prices, max_size=10)
seconds = st.integers(0, 6).map(lambda count: SECOND * count)
rests = st.builds(MarketRules, price_alert_pause=seconds, price_alert_memory=seconds)


@given(rules=rests, walk=walks, alerts=st.lists(st.tuples(prices, st.integers(0, 10)), max_size=5))
async def test_alerts_fire_by_the_rule_if_changes_arrive_in_sequence(
    rules: MarketRules, walk: list[int | None], alerts: list[tuple[int, int]]
) -> None:
    watched = Watched(rules)
    made = [await watched.add(price, MONDAY + SECOND * second) for price, second in alerts]
    await watched.deliver(*watched.walk(walk))
    expected = {alert.id: firings(alert, walk, rules) for alert in made}
    assert await watched.drops() == Counter(drop for drops in expected.values() for drop in drops)
    for alert in made:
        last = max((at for _, _, at in expected[alert.id]), default=None)
        assert await watched.dropped_at(alert) == last


@given(
    rules=rests,
    walk=walks,
    alerts=st.lists(st.tuples(prices, st.integers(0, 10)), max_size=5),
    data=st.data(),
)
async def test_no_alert_fires_more_often_than_the_rule_allows_in_any_sequence(
    rules: MarketRules, walk: list[int | None], alerts: list[tuple[int, int]], data: st.DataObject
) -> None:
    watched = Watched(rules)
    made = [await watched.add(price, MONDAY + SECOND * second) for price, second in alerts]
    messages = watched.walk(walk)
    again = data.draw(st.lists(st.sampled_from(messages), max_size=5)) if messages else []
    await watched.deliver(*data.draw(st.permutations([*messages, *again])))

    every_crossing = replace(rules, price_alert_pause=NONE, price_alert_memory=NONE)
    told = await watched.drops()
    assert all(count == 1 for count in told.values())
    for alert in made:
        of_alert = [drop for drop in told if drop[0] == alert.id]
        crossings = firings(alert, walk, every_crossing)
        assert set(of_alert) <= set(crossings)
        assert bool(of_alert) == bool(crossings)
        for (_, first, first_at), (_, second, second_at) in pairwise(of_alert):
            assert second_at > first_at
            assert second_at - first_at >= rules.price_alert_pause
            assert second < first or second_at - first_at >= rules.price_alert_memory


async def test_the_event_has_user_alert_and_prices() -> None:
    watched = Watched()
    alert = await watched.add(200)
    await watched.deliver(watched.message(None, 150, MONDAY + SECOND))
    assert await watched.told() == [
        PriceDropped(alert.id, alert.user_id, alert.book, 200, 150, MONDAY + SECOND)
    ]


@pytest.mark.parametrize(
    ("before", "after", "fires"),
    [
        (None, 200, True),
        (None, 201, False),
        (201, 200, True),
        (300, 100, True),
        (200, 100, False),
        (300, 201, False),
        (100, 300, False),
        (300, None, False),
        (100, None, False),
    ],
)
async def test_a_price_is_crossed_only_from_above(
    before: int | None, after: int | None, fires: bool
) -> None:
    watched = Watched()
    await watched.add(200)
    await watched.deliver(watched.message(before, after))
    assert len(await watched.told()) == fires


async def test_an_alert_created_at_the_same_instant_fires_and_a_later_one_does_not() -> None:
    watched = Watched()
    same = await watched.add(200)
    await watched.add(200, MONDAY + timedelta(microseconds=1))
    await watched.deliver(watched.message(None, 200))
    assert [event.alert_id for event in await watched.told()] == [same.id]


async def test_a_fall_in_another_book_does_not_fire() -> None:
    watched = Watched()
    await watched.add(200, book=BookKey(watched.book.product_id, Size(SIZE), Condition.USED))
    await watched.add(200, book=BookKey(watched.book.product_id, Size("10")))
    await watched.deliver(watched.message(None, 100))
    assert not await watched.told()


async def test_many_users_are_notified_in_batches_and_each_once() -> None:
    watched = Watched()
    crowd = [await watched.add(100 * (1 + number % 4)) for number in range(300)]
    waiting = {alert.id for alert in crowd if 200 <= alert.price < 400}
    message = watched.message(400, 200)
    await watched.deliver(message, message)
    told = [event.alert_id for event in await watched.told()]
    assert len(told) == len(waiting) == 150
    assert set(told) == waiting


async def test_many_users_are_notified_in_several_transactions() -> None:
    watched = Watched()
    for _ in range(300):
        await watched.add(200)
    watched.transactions.count = 0
    await watched.deliver(watched.message(None, 200))
    assert len(await watched.told()) == 300
    assert watched.transactions.count == 6


async def test_a_change_without_matching_alerts_begins_no_transaction() -> None:
    watched = Watched()
    await watched.add(200)
    await watched.deliver(watched.message(None, 200))
    watched.transactions.count = 0
    for lowest_ask in (300, 250, 200):
        await watched.deliver(watched.message(None, lowest_ask, MONDAY + SECOND))
    assert watched.transactions.count == 0


async def test_alerts_of_a_user_that_fire_together_emit_one_event_with_the_lowest_price() -> None:
    watched = Watched()
    user_id = UserId(watched.ids.new())
    alerts = [await watched.add(price, user_id=user_id) for price in (300, 200, 100, 400)]
    other = await watched.add(400)
    await watched.deliver(watched.message(None, 150, MONDAY + SECOND))
    told = {event.user_id: event for event in await watched.told()}
    assert (told[user_id].alert_id, told[user_id].wanted) == (alerts[1].id, 200)
    assert told[other.user_id].wanted == 400
    assert len(await watched.told()) == 2
    await watched.deliver(watched.message(450, 250, MONDAY + MINUTE))  # they all rest
    assert len(await watched.told()) == 2


# ---- when an alert fires again -------------------------------------------------------------------


async def lowest_asks_told(watched: Watched, *falls: tuple[int, timedelta]) -> list[int]:
    """Let the lowest ask fall several times, and return the firings of an alert at 200."""
    await watched.add(200)
    for lowest_ask, after in falls:
        await watched.deliver(watched.message(None, lowest_ask, MONDAY + after))
    return [event.lowest_ask for event in await watched.told()]


async def test_a_fired_alert_rests_even_at_a_lower_price() -> None:
    falls = (200, NONE), (100, 59 * MINUTE)
    assert await lowest_asks_told(Watched(), *falls) == [200]


async def test_a_rested_alert_fires_at_a_lower_price_and_not_at_the_same() -> None:
    falls = (200, NONE), (200, HOUR), (190, 2 * HOUR), (195, 4 * HOUR)
    assert await lowest_asks_told(Watched(), *falls) == [200, 190]


async def test_a_missed_fall_does_not_prolong_the_rest() -> None:
    falls = (200, NONE), (200, 30 * MINUTE), (150, HOUR)
    assert await lowest_asks_told(Watched(), *falls) == [200, 150]


async def test_after_the_memory_an_alert_fires_again_at_the_same_price() -> None:
    falls = (150, NONE), (200, 7 * DAY - SECOND), (200, 7 * DAY)
    assert await lowest_asks_told(Watched(), *falls) == [150, 200]


async def test_without_pause_and_memory_each_crossing_fires() -> None:
    rules = MarketRules(price_alert_pause=NONE, price_alert_memory=NONE)
    falls = (200, NONE), (200, SECOND), (200, 2 * SECOND)
    assert await lowest_asks_told(Watched(rules), *falls) == [200, 200, 200]


# ---- on the whole exchange -----------------------------------------------------------------------


async def watch(exchange: Exchange, price: int) -> PriceAlert:
    return await exchange.app.price_alerts.watch_price(
        exchange.buyer, product_id=exchange.product.id, size=SIZE, price=price
    )


async def drops(exchange: Exchange) -> list[tuple[int, int]]:
    """Return the wanted price and the lowest ask of each event so far."""
    await exchange.workers.settle()
    events = [message.event for message in exchange.bus.published]
    return [(e.wanted, e.lowest_ask) for e in events if isinstance(e, PriceDropped)]


async def test_a_new_ask_fires_the_alerts_that_it_reaches(exchange: Exchange) -> None:
    for price in (19_000, 20_000, 21_000):
        await watch(exchange, price)
    await exchange.ask(exchange.seller, 20_000)
    assert await drops(exchange) == [(20_000, 20_000)]
    await exchange.clock.advance(HOUR)
    await exchange.ask(exchange.seller, 18_000)
    assert await drops(exchange) == [(20_000, 20_000), (19_000, 18_000)]


async def test_an_ask_older_than_the_alert_does_not_fire(exchange: Exchange) -> None:
    await exchange.ask(exchange.seller, 20_000)
    await exchange.clock.advance(SECOND)
    await watch(exchange, 20_000)
    await exchange.ask(exchange.seller, 19_000)
    assert await drops(exchange) == []


async def test_an_alert_created_while_the_event_waits_does_not_fire(exchange: Exchange) -> None:
    await exchange.workers.settle()
    await exchange.ask(exchange.seller, 20_000)
    await exchange.clock.advance(timedelta(microseconds=1))
    await watch(exchange, 20_000)
    assert await drops(exchange) == []


async def test_an_ask_that_is_repriced_away_and_back_fires_again(exchange: Exchange) -> None:
    alert = await watch(exchange, 20_000)
    ask = (await exchange.ask(exchange.seller, 20_000)).quote
    for amount in (21_000, 20_500, 19_500, 19_000):
        await exchange.clock.advance(HOUR)
        placement = await exchange.app.bidding.reprice_quote(
            exchange.seller, ask.side, ask.id, amount=amount
        )
        assert placement.match is None
    assert await drops(exchange) == [(20_000, 20_000), (20_000, 19_500)]
    page = await exchange.store.price_alerts.of_user(alert.user_id, PageRequest())
    assert page.items[0].dropped_at == exchange.clock.now() - HOUR


async def test_an_ask_placed_and_cancelled_fires_again_only_at_a_lower_price(
    exchange: Exchange,
) -> None:
    await watch(exchange, 20_000)
    for amount in (20_000, 20_000, 19_000):
        ask = (await exchange.ask(exchange.seller, amount)).quote
        await exchange.app.bidding.cancel_quote(exchange.seller, ask.side, ask.id)
        await exchange.clock.advance(HOUR)
    assert await drops(exchange) == [(20_000, 20_000), (20_000, 19_000)]


async def test_an_ask_that_trades_at_once_does_not_fire(exchange: Exchange) -> None:
    await watch(exchange, 25_000)
    await exchange.bid(exchange.buyer, 20_000)
    await exchange.ask(exchange.seller, 20_000)
    assert await drops(exchange) == []


async def test_an_ask_that_returns_from_an_unwound_match_fires_once(
    exchange: Exchange,
) -> None:
    await watch(exchange, 20_000)
    order_id = await exchange.match(buyer=await exchange.new_buyer(tokens.DECLINED_CARD))
    assert await drops(exchange) == [(20_000, 20_000)]
    assert (await exchange.order(order_id)).status is OrderStatus.CANCELLED


async def test_a_deleted_alert_does_not_fire(exchange: Exchange) -> None:
    alert = await watch(exchange, 20_000)
    await exchange.ask(exchange.seller, 20_000)
    await exchange.app.price_alerts.unwatch_price(exchange.buyer, alert.id)
    assert await drops(exchange) == []


async def test_a_retried_event_fires_once(exchange: Exchange) -> None:
    await watch(exchange, 20_000)
    exchange.bus.failing["price_alerts.report_drops:lowest_ask.changed"] = 2
    await exchange.ask(exchange.seller, 20_000)
    await exchange.quiet()
    assert await drops(exchange) == [(20_000, 20_000)]
