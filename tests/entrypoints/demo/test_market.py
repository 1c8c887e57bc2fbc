"""The demo's trading: each pair trades at its historic price, for any sales."""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate, groupby
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.application import Application
from solebook.composition.build import build_application
from solebook.composition.embedded import embedded_adapters
from solebook.composition.engine import engine_of
from solebook.composition.memory_store import build_memory_store
from solebook.config.http import HttpSettings
from solebook.core.users.token_lifetimes import TokenLifetimes
from solebook.entrypoints.demo.files import SaleRow
from solebook.entrypoints.demo.market import Market, _look_ahead, _ranges
from solebook.entrypoints.demo.people import People, gather_people
from solebook.entrypoints.http.app import create_app
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.language.ids import OrderId
from solebook.ports.language.market import BookKey, Size
from solebook.ports.language.rate_limits import RateLimit
from solebook.ports.language.rules import MarketRules

PLENTY = RateLimit(burst=1_000_000, per_second=1_000_000)
OPENS = time(9, tzinfo=UTC)
FIRST = date(2017, 10, 17)
RULES = MarketRules()
MARGIN = 20 * RULES.tick
PRODUCTS = ("Nike Dunk Low", "Nike Air Max 1")
SIZES = ("9", "10")


# ---- looking ahead -------------------------------------------------------------------------------


def sale(price: int, size: str = "9", product: str = PRODUCTS[0], day: int = 0) -> SaleRow:
    return SaleRow(FIRST + timedelta(days=day), product, Size(size), price)


def test_each_sale_has_the_price_range_of_its_book_from_there_on() -> None:
    rows = [sale(300), sale(900, size="10"), sale(100), sale(200), sale(50, product=PRODUCTS[1])]
    ahead = list(_look_ahead(rows))
    assert [coming.row for coming in ahead] == rows
    assert [coming.number for coming in ahead] == [0, 1, 2, 3, 4]
    assert [coming.place for coming in ahead] == [0, 0, 1, 2, 0]
    assert [coming.is_last for coming in ahead] == [False, True, False, True, True]
    assert [(coming.lowest, coming.highest) for coming in ahead] == [
        (100, 300),
        (900, 900),
        (100, 200),
        (200, 200),
        (50, 50),
    ]


@given(st.lists(st.integers(1, 1_000), min_size=1, max_size=30))
def test_ranges_cover_the_remaining_prices(prices: list[int]) -> None:
    rest = [prices[place:] for place in range(len(prices))]
    assert _ranges(prices) == [(min(left), max(left)) for left in rest]


# ---- trading -------------------------------------------------------------------------------------


class Exchange:
    """An exchange in memory with the people of the demo."""

    def __init__(self, application: Application, clock: VirtualClock, people: People) -> None:
        self.application = application
        self.clock = clock
        self.people = people
        self.workers = Workers(application)
        self.products = 0

    async def trade(self, sales: list[SaleRow]) -> dict[BookKey, list[int]]:
        """Trade sales of new products, later than all before, and return the prices."""
        shift = self.clock.now().date() + timedelta(days=1) - sales[0].sold_on
        rows = [replace(row, sold_on=row.sold_on + shift) for row in sales]
        ids = {name: await self._create() for name in sorted({row.product for row in rows})}
        market = Market(self.people, ids, rows, self.application.rules)
        books: defaultdict[BookKey, list[int]] = defaultdict(list)
        for sold_on, day in groupby(rows, key=lambda row: row.sold_on):
            await self.clock.advance(datetime.combine(sold_on, OPENS) - self.clock.now())
            for trade in await market.trade_day(list(day)):
                order = await self.application.adapters.store.orders.get(
                    OrderId(UUID(trade.order_id))
                )
                books[order.book].append(order.price)
            await self.workers.settle()
        return books

    async def _create(self) -> str:
        self.products += 1
        product = {
            "style_code": f"DEMO-{self.products}",
            "brand": "Nike",
            "model": "Dunk Low",
            "colorway": "white",
            "retail_price": 10_000,
            "release_date": "2017-01-01",
            "sizes": [{"size": size} for size in SIZES],
            "images": [],
        }
        return str((await self.people.admin.api.post("/products", product))["id"])


@asynccontextmanager
async def open_exchange(max_open_quotes: int) -> AsyncIterator[Exchange]:
    # No workers run, so orders stay unpaid.
    rules = replace(RULES, max_open_quotes=max_open_quotes, max_unpaid_orders=1_000_000)
    clock = VirtualClock(datetime.combine(FIRST, OPENS))
    ids = SeededIds(1, clock)
    adapters = embedded_adapters(build_memory_store(clock=clock, ids=ids), clock=clock, ids=ids)
    for_ever = TokenLifetimes(timedelta(days=2_000_000), timedelta(days=2_000_000))
    application = build_application(adapters, rules=rules, token_lifetimes=for_ever)
    limits = HttpSettings(user_limit=PLENTY, address_limit=PLENTY, credentials_limit=PLENTY)
    transport = httpx.ASGITransport(create_app(application, limits))  # type: ignore[arg-type]  # Litestar's own ASGI types
    await engine_of(application).start()
    async with httpx.AsyncClient(transport=transport, base_url="http://market.test") as http:
        people = await gather_people(application, http, lambda: None)
        yield Exchange(application, clock, people)
    await engine_of(application).stop()


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    async with open_exchange(max_open_quotes=100_000) as exchange:
        yield exchange


LOWEST, HIGHEST = RULES.min_amount // RULES.tick, RULES.max_amount // RULES.tick
PRICES = st.one_of(
    st.integers(LOWEST, LOWEST + 4),
    st.integers(LOWEST + 15, LOWEST + 30),
    st.integers(HIGHEST - 30, HIGHEST - 15),
    st.integers(HIGHEST - 4, HIGHEST),
).map(lambda ticks: ticks * RULES.tick)
DAYS_BETWEEN = st.sampled_from([0, 0, 0, 1, 40, 61, 400])
DRAWN = st.tuples(DAYS_BETWEEN, st.sampled_from(PRODUCTS), st.sampled_from(SIZES), PRICES)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(DRAWN, min_size=1, max_size=40))
async def test_every_pair_trades_at_its_historic_price(
    exchange: Exchange, drawn: list[tuple[int, str, str, int]]
) -> None:
    days = accumulate(days for days, *_ in drawn)
    rows = [
        sale(price, size, name, day)
        for day, (_, name, size, price) in zip(days, drawn, strict=True)
    ]
    historic: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for row in rows:
        historic[row.product, row.size].append(row.price)
    traded = await exchange.trade(rows)
    assert sorted(traded.values()) == sorted(historic.values())


async def test_prices_at_the_limits_of_the_market_trade_in_every_way(
    exchange: Exchange,
) -> None:
    edges = [LOWEST, LOWEST + 1, LOWEST + 20, HIGHEST - 20, HIGHEST - 1, HIGHEST]
    ways = 15  # which quotes rest (3 ways), and by how many ticks the other is better (5 ways)
    prices = [ticks * RULES.tick for ticks in edges for _ in range(ways)]
    [traded] = (await exchange.trade([sale(price) for price in prices])).values()
    assert traded == prices


@given(price=PRICES)
@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_one_bid_and_one_ask_stay_around_the_last_price_if_the_market_allows(
    exchange: Exchange, price: int
) -> None:
    # 30 sales, so that the first quotes around the price have been replaced.
    [book] = await exchange.trade([sale(20_000)] * 29 + [sale(price)])
    view = await exchange.application.adapters.book_views.get(book, 10)
    bids = [(price - MARGIN, 1)] if price - MARGIN >= RULES.min_amount else []
    asks = [(price + MARGIN, 1)] if price + MARGIN <= RULES.max_amount else []
    assert [(level.price, level.quantity) for level in view.bids] == bids
    assert [(level.price, level.quantity) for level in view.asks] == asks


async def test_nobody_exceeds_the_limit_of_open_quotes() -> None:
    async with open_exchange(max_open_quotes=2) as exchange:
        traded = await exchange.trade([sale(20_000, day=day // 20) for day in range(200)])
    assert [len(prices) for prices in traded.values()] == [200]
