"""The figures of the sample's sales, compared with values computed here from the file."""

import csv
import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

import solebook
from solebook.adapters.memory.book_views import MemoryBookViews
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.core.analytics.known_sizes import KnownSizes
from solebook.core.analytics.record_sale import RecordSale
from solebook.core.analytics.view_candles import ViewCandles
from solebook.core.analytics.view_statistics import ViewStatistics
from solebook.core.analytics.void_sale import VoidSale
from solebook.ports.language.analytics import Candle, Interval, Sale
from solebook.ports.language.events import OrderAuthFailed, OrderConfirmed
from solebook.ports.language.ids import OrderId, ProductId
from solebook.ports.language.market import Size
from solebook.ports.language.paging import Page, PageRequest

from .pages import all_pages
from .records import Records

SAMPLE = Path(solebook.__file__).parent / "entrypoints" / "demo" / "sample" / "sales.csv"
RETAIL = 22_000
FIRST_DAY, LAST_DAY = date(2015, 3, 22), date(2017, 10, 17)


@dataclass(frozen=True)
class Sold:
    """A row of the file, with a time of day that the test chooses."""

    product: str
    at: datetime
    paid: OrderConfirmed
    voided: bool

    @property
    def size(self) -> str:
        return self.paid.book.size

    @property
    def cents(self) -> int:
        return self.paid.price


@dataclass(frozen=True)
class Market:
    """A product, or one size of it, and its valid sales in sequence."""

    product_id: ProductId
    size: Size | None
    sold: list[Sold]


def read_rows() -> list[dict[str, str]]:
    with SAMPLE.open(newline="") as file:
        return sorted(csv.DictReader(file), key=lambda row: row["sold_on"])


def sales_of(
    rows: list[dict[str, str]], products: dict[str, ProductId], records: Records
) -> list[Sold]:
    """Give each row an instant. Two sales of a product share one, and the day's last come first.

    Every ninth sale is voided.
    """
    places: Counter[tuple[str, str]] = Counter()
    sales = []
    for number, row in enumerate(rows):
        name, day = row["product"], row["sold_on"]
        hour = 23 - places[name, day] // 2 % 24
        places[name, day] += 1
        at = datetime.fromisoformat(f"{day}T{hour:02}:07:30.250000+00:00")
        paid = OrderConfirmed(
            order_id=records.order_id(),
            buyer_id=records.user_id(),
            seller_id=records.user_id(),
            book=records.book(products[name], row["us_size"]),
            price=int(row["price_usd"]) * 100,
            matched_at=at,
            ship_by=at,
        )
        sales.append(Sold(name, at, paid, voided=number % 9 == 4))
    return sales


@pytest.fixture
async def markets(store: Store, records: Records) -> list[Market]:
    """All sales of the sample on the tape, recorded out of sequence, with some of them voided.

    Some are voided before they are recorded.
    """
    rows = read_rows()
    products = {name: records.product_id() for name in sorted({row["product"] for row in rows})}
    sales = sales_of(rows, products, records)
    record = RecordSale(store.transaction, store.tape)
    void = VoidSale(store.transaction, store.tape)
    async with store.transaction():
        for name, product_id in products.items():
            sizes = sorted({Size(row["us_size"]) for row in rows if row["product"] == name})
            await store.products.add(
                records.product(id=product_id, retail_price=RETAIL, sizes=tuple(sizes))
            )
        for number, sold in enumerate(reversed(sales)):
            if sold.voided and number % 2:
                await void(failure(sold.paid))
            await record(sold.paid)
        for sold in sales:
            if sold.voided:
                await void(failure(sold.paid))
    # Of two with the same time, the one that was recorded first is the earlier one.
    standing = sorted((sold for sold in reversed(sales) if not sold.voided), key=lambda s: s.at)
    return [
        Market(
            product_id, size, [s for s in standing if s.product == name and size in (None, s.size)]
        )
        for name, product_id in products.items()
        for size in (None, *sorted({Size(sold.size) for sold in sales if sold.product == name}))
    ]


def failure(paid: OrderConfirmed) -> OrderAuthFailed:
    return OrderAuthFailed(paid.order_id, paid.buyer_id, paid.seller_id, paid.price, "a fake")


def test_the_sample_has_days_with_several_sales_of_a_product_at_different_prices() -> None:
    rows = read_rows()
    assert len({row["product"] for row in rows}) == 20
    assert len({(row["product"], row["us_size"]) for row in rows}) == 220
    prices: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        prices[row["product"], row["sold_on"]].add(row["price_usd"])
    assert len(rows) == 605
    assert (rows[0]["sold_on"], rows[-1]["sold_on"]) == (str(FIRST_DAY), str(LAST_DAY))
    assert sum(len(of_day) > 1 for of_day in prices.values()) == 30


async def test_the_tape_has_every_sale_that_stands_and_no_other(
    store: Store, markets: list[Market]
) -> None:
    for market in markets:

        async def read(request: PageRequest, market: Market = market) -> Page[Sale]:
            return await store.tape.sales(market.product_id, request, market.size)

        listed = await all_pages(read, limit=100)
        assert [(s.order_id, s.price, s.sold_at, s.book.size) for s in listed] == sorted(
            ((s.paid.order_id, s.cents, s.at, s.size) for s in market.sold), reverse=True
        )


async def test_each_size_has_its_count_its_total_and_its_last_sale(
    store: Store, markets: list[Market]
) -> None:
    for market in markets:
        expected: dict[str, tuple[int, int, OrderId | None]] = {}
        for sold in market.sold:
            count, total, _ = expected.get(sold.size, (0, 0, None))
            expected[sold.size] = (count + 1, total + sold.cents, sold.paid.order_id)
        summaries = await store.tape.summaries(market.product_id, market.size)
        assert {s.book.size: (s.sales, s.total, s.last.order_id) for s in summaries} == expected
        assert len(summaries) == len(expected)


# ---- candles -------------------------------------------------------------------------------------


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


STARTS: dict[Interval, Callable[[datetime], datetime]] = {
    Interval.HOUR: lambda at: datetime.fromisoformat(f"{at.isoformat()[:13]}:00:00+00:00"),
    Interval.DAY: lambda at: datetime.fromisoformat(f"{at.isoformat()[:10]}T00:00:00+00:00"),
    Interval.WEEK: lambda at: midnight(date.fromisocalendar(*at.isocalendar()[:2], 1)),
    Interval.MONTH: lambda at: datetime.fromisoformat(f"{at.isoformat()[:7]}-01T00:00:00+00:00"),
}


def expected_candles(sold: list[Sold], interval: Interval) -> list[Candle]:
    prices: defaultdict[datetime, list[int]] = defaultdict(list)
    for sale in sold:
        prices[STARTS[interval](sale.at)].append(sale.cents)
    return [
        Candle(start, p[0], max(p), min(p), p[-1], sales=len(p), total=sum(p))
        for start, p in sorted(prices.items())
    ]


def known_sizes(store: Store) -> KnownSizes:
    return KnownSizes(store.products, store.tape, MemoryBookViews())


@pytest.mark.parametrize("interval", [Interval.DAY, Interval.WEEK, Interval.MONTH])
async def test_candles_equal_those_computed_from_the_file(
    store: Store, markets: list[Market], clock: VirtualClock, interval: Interval
) -> None:
    view = ViewCandles(known_sizes(store), store.charts, clock)
    start, end = midnight(FIRST_DAY), midnight(LAST_DAY)
    for market in markets:
        candles = await view(
            market.product_id, interval=interval, start=start, end=end, size=market.size
        )
        assert list(candles) == expected_candles(market.sold, interval)


async def test_hourly_candles_equal_those_computed_from_the_file(
    store: Store, markets: list[Market], clock: VirtualClock
) -> None:
    view = ViewCandles(known_sizes(store), store.charts, clock)
    for market in markets:
        for month in {STARTS[Interval.MONTH](sold.at) for sold in market.sold}:
            end = month + timedelta(days=40)  # 960 of at most 1,000 hours
            candles = await view(
                market.product_id, interval=Interval.HOUR, start=month, end=end, size=market.size
            )
            sold = [s for s in market.sold if month <= s.at < end]
            assert list(candles) == expected_candles(sold, Interval.HOUR)


# ---- statistics ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "today", [LAST_DAY, LAST_DAY + timedelta(days=200), LAST_DAY + timedelta(days=500)]
)
async def test_statistics_equal_those_computed_from_the_file(
    store: Store, markets: list[Market], today: date
) -> None:
    now = datetime.fromisoformat(f"{today}T23:59:00+00:00")
    view = ViewStatistics(known_sizes(store), store.tape, store.charts, VirtualClock(now))
    for market in markets:
        found = await view(market.product_id, size=market.size)
        year = [sold for sold in market.sold if (today - sold.at.date()).days <= 364]
        prices = [sold.cents for sold in year]
        last = market.sold[-1] if market.sold else None
        assert found.sales_ever == len(market.sold)
        assert (found.last_price, found.last_sold_at) == (last and last.cents, last and last.at)
        assert found.premium == (pytest.approx(last.cents / RETAIL - 1) if last else None)
        assert (found.sales, found.total) == (len(prices), sum(prices))
        assert found.high == max(prices, default=None)
        assert found.low == min(prices, default=None)
        assert found.mean == (pytest.approx(statistics.fmean(prices)) if prices else None)
        assert found.volatility == volatility(year)


def volatility(sold: list[Sold]) -> object:
    closes = {sale.at.date(): sale.cents for sale in sold}  # in sequence, so the last one stays
    logarithms = [math.log(closes[day]) for day in sorted(closes)]
    returns = [after - before for before, after in pairwise(logarithms)]
    return pytest.approx(statistics.stdev(returns)) if len(returns) > 1 else None
