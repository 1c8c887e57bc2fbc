"""Each alert fires once for each time that the lowest ask comes down across its price."""

import math
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solebook.adapters.embedded import tokens
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.composition.memory_store import build_memory_store
from solebook.composition.routes import Router
from solebook.core.price_alerts.report_drops import ReportDrops
from solebook.ports.language.events import LowestAskChanged, PriceDropped
from solebook.ports.language.ids import AlertId, MessageId, ProductId, UserId
from solebook.ports.language.market import BookKey, Condition, Size
from solebook.ports.language.messages import Message
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.price_alerts import PriceAlert

from ...exchange import MONDAY, SIZE, Exchange

SECOND = timedelta(seconds=1)
Drop = tuple[AlertId, int, datetime]


# ---- walks of the lowest ask ---------------------------------------------------------------------


class Watched:
    """One book with alerts, whose events a test delivers as it likes."""

    def __init__(self) -> None:
        self.clock = VirtualClock(MONDAY)
        self.ids = SeededIds(4, self.clock)
        self.store: Store = build_memory_store(clock=self.clock, ids=self.ids)
        self.book = BookKey(ProductId(self.ids.new()), Size(SIZE))
        report_drops = ReportDrops(
            transaction=self.store.transaction,
            price_alerts=self.store.price_alerts,
            outbox=self.store.outbox,
        )
        router = Router(self.store, self.clock)
        self.consumer = router.inside(LowestAskChanged, "report_drops", report_drops)

    async def add(self, price: int, made_at: datetime = MONDAY, **more: Any) -> PriceAlert:
        alert = PriceAlert(
            id=AlertId(self.ids.new()),
            user_id=UserId(self.ids.new()),
            book=more.get("book", self.book),
            price=price,
            created_at=made_at,
        )
        async with self.store.transaction():
            await self.store.price_alerts.add(alert)
        return alert

    def walk(self, lowest_asks: list[int | None]) -> list[Message]:
        """The events of a walk that begins without an ask, a second apart."""
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


def crossings(alert: PriceAlert, lowest_asks: list[int | None]) -> list[Drop]:
    """What an alert that sees the walk in its order says, step by step."""
    drops: list[Drop] = []
    last = math.inf
    for step, lowest_ask in enumerate(lowest_asks):
        now = math.inf if lowest_ask is None else lowest_ask
        at = MONDAY + SECOND * step
        if lowest_ask is not None and now <= alert.price < last and at >= alert.created_at:
            drops.append((alert.id, lowest_ask, at))
        last = now
    return drops


prices = st.integers(1, 5).map(lambda step: 100 * step)
walks = st.lists(st.none() | prices, max_size=10)


@settings(max_examples=100, deadline=None)
@given(
    walk=walks,
    alerts=st.lists(st.tuples(prices, st.integers(0, 10)), max_size=5),
    data=st.data(),
)
async def test_in_any_order_each_alert_fires_once_a_crossing(
    walk: list[int | None], alerts: list[tuple[int, int]], data: st.DataObject
) -> None:
    watched = Watched()
    made = [await watched.add(price, MONDAY + SECOND * second) for price, second in alerts]
    messages = watched.walk(walk)
    again = data.draw(st.lists(st.sampled_from(messages), max_size=5)) if messages else []
    await watched.deliver(*data.draw(st.permutations([*messages, *again])))

    expected = {alert.id: crossings(alert, walk) for alert in made}
    assert await watched.drops() == Counter(drop for drops in expected.values() for drop in drops)
    for alert in made:
        last = max((at for _, _, at in expected[alert.id]), default=None)
        assert await watched.dropped_at(alert) == last


async def test_what_is_told_says_whom_and_what() -> None:
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
async def test_a_price_is_crossed_by_coming_down_to_it_from_above(
    before: int | None, after: int | None, fires: bool
) -> None:
    watched = Watched()
    await watched.add(200)
    await watched.deliver(watched.message(before, after))
    assert len(await watched.told()) == fires


async def test_an_alert_of_the_same_instant_counts_and_a_younger_one_does_not() -> None:
    watched = Watched()
    same = await watched.add(200)
    await watched.add(200, MONDAY + timedelta(microseconds=1))
    await watched.deliver(watched.message(None, 200))
    assert [event.alert_id for event in await watched.told()] == [same.id]


async def test_another_book_is_another_market() -> None:
    watched = Watched()
    await watched.add(200, book=BookKey(watched.book.product_id, Size(SIZE), Condition.USED))
    await watched.add(200, book=BookKey(watched.book.product_id, Size("10")))
    await watched.deliver(watched.message(None, 100))
    assert not await watched.told()


async def test_a_crowd_is_told_page_by_page_and_nobody_twice() -> None:
    watched = Watched()
    crowd = [await watched.add(100 * (1 + number % 4)) for number in range(300)]
    waiting = {alert.id for alert in crowd if 200 <= alert.price < 400}
    message = watched.message(400, 200)
    await watched.deliver(message, message)
    told = [event.alert_id for event in await watched.told()]
    assert len(told) == len(waiting) == 150
    assert set(told) == waiting


# ---- on the whole exchange -----------------------------------------------------------------------


async def watch(exchange: Exchange, price: int) -> PriceAlert:
    return await exchange.app.price_alerts.watch_price(
        exchange.buyer, product_id=exchange.product.id, size=SIZE, price=price
    )


async def drops(exchange: Exchange) -> list[tuple[int, int]]:
    """What was told so far: the price that was waited for, and the lowest ask."""
    await exchange.workers.settle()
    events = [message.event for message in exchange.bus.published]
    return [(e.wanted, e.lowest_ask) for e in events if isinstance(e, PriceDropped)]


async def test_an_ask_that_is_placed_fires_the_alerts_it_undercuts(exchange: Exchange) -> None:
    for price in (19_000, 20_000, 21_000):
        await watch(exchange, price)
    await exchange.ask(exchange.seller, 20_000)
    assert sorted(await drops(exchange)) == [(20_000, 20_000), (21_000, 20_000)]
    await exchange.ask(exchange.seller, 18_000)
    assert (19_000, 18_000) in await drops(exchange)
    assert len(await drops(exchange)) == 3


async def test_what_was_there_before_the_alert_is_no_news(exchange: Exchange) -> None:
    await exchange.ask(exchange.seller, 20_000)
    await exchange.clock.advance(SECOND)
    await watch(exchange, 20_000)
    await exchange.ask(exchange.seller, 19_000)
    assert await drops(exchange) == []


async def test_an_alert_made_while_the_event_waits_is_too_late_for_it(exchange: Exchange) -> None:
    await exchange.workers.settle()
    await exchange.ask(exchange.seller, 20_000)
    await exchange.clock.advance(timedelta(microseconds=1))
    await watch(exchange, 20_000)
    assert await drops(exchange) == []


async def test_an_ask_that_is_repriced_away_and_back_fires_again(exchange: Exchange) -> None:
    alert = await watch(exchange, 20_000)
    ask = (await exchange.ask(exchange.seller, 20_000)).quote
    for amount in (21_000, 20_500, 19_500, 19_000):
        await exchange.clock.advance(SECOND)
        placement = await exchange.app.bidding.reprice_quote(
            exchange.seller, ask.side, ask.id, amount=amount
        )
        assert placement.match is None
    assert await drops(exchange) == [(20_000, 20_000), (20_000, 19_500)]
    page = await exchange.store.price_alerts.of_user(alert.user_id, PageRequest())
    assert page.items[0].dropped_at == exchange.clock.now() - SECOND


async def test_an_ask_that_is_cancelled_makes_way_for_the_next_crossing(
    exchange: Exchange,
) -> None:
    await watch(exchange, 20_000)
    for _ in range(2):
        ask = (await exchange.ask(exchange.seller, 20_000)).quote
        await exchange.app.bidding.cancel_quote(exchange.seller, ask.side, ask.id)
    assert await drops(exchange) == [(20_000, 20_000)] * 2


async def test_an_ask_that_trades_at_once_was_never_there_to_wait_for(exchange: Exchange) -> None:
    await watch(exchange, 25_000)
    await exchange.bid(exchange.buyer, 20_000)
    await exchange.ask(exchange.seller, 20_000)
    assert await drops(exchange) == []


async def test_an_ask_that_returns_from_an_undone_match_fires_again(exchange: Exchange) -> None:
    await watch(exchange, 20_000)
    order_id = await exchange.match(buyer=await exchange.new_buyer(tokens.DECLINED_CARD))
    assert await drops(exchange) == [(20_000, 20_000)] * 2
    assert (await exchange.order(order_id)).status is OrderStatus.CANCELLED


async def test_a_deleted_alert_is_silent(exchange: Exchange) -> None:
    alert = await watch(exchange, 20_000)
    await exchange.ask(exchange.seller, 20_000)
    await exchange.app.price_alerts.unwatch_price(exchange.buyer, alert.id)
    assert await drops(exchange) == []


async def test_an_event_that_fails_and_comes_again_is_told_once(exchange: Exchange) -> None:
    await watch(exchange, 20_000)
    exchange.bus.failing["price_alerts.report_drops:book.lowest_ask_changed"] = 2
    await exchange.ask(exchange.seller, 20_000)
    await exchange.quiet()
    assert await drops(exchange) == [(20_000, 20_000)]
