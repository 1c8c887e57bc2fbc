"""Candles and statistics."""

import math
from datetime import UTC, date, datetime, timedelta
from statistics import stdev
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solebook.composition.application import Application
from solebook.composition.embedded import build_embedded
from solebook.core.analytics.candles import earlier, end_of, intervals_between, merge, start_of
from solebook.core.analytics.statistics import statistics_of
from solebook.ports.language.analytics import Candle, Interval, Sale, SalesSummary
from solebook.ports.language.catalog import Product
from solebook.ports.language.errors import EmptySpan, NotFound, OutOfRange, SizeNotOffered
from solebook.ports.language.ids import OrderId, ProductId
from solebook.ports.language.market import BookKey, Size

NINE = Size("9")
EPOCH = datetime(2001, 1, 1, tzinfo=UTC)
instants = st.integers(0, 10**9).map(lambda seconds: EPOCH + timedelta(seconds=seconds))


def day(number: int, *prices: int) -> Candle:
    starts_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)
    return Candle(
        starts_at, prices[0], max(prices), min(prices), prices[-1], len(prices), sum(prices)
    )


@given(instants, st.sampled_from(Interval))
def test_an_instant_is_in_exactly_one_interval(instant: datetime, interval: Interval) -> None:
    start, end = start_of(instant, interval), end_of(instant, interval)
    assert start <= instant < end
    assert start_of(start, interval) == start
    assert start_of(end, interval) == end
    assert start_of(end - timedelta(microseconds=1), interval) == start


def test_weeks_begin_on_mondays_and_months_on_their_first() -> None:
    sunday = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)
    assert start_of(sunday, Interval.WEEK) == datetime(2026, 2, 23, tzinfo=UTC)
    assert start_of(sunday, Interval.MONTH) == datetime(2026, 3, 1, tzinfo=UTC)
    assert end_of(sunday, Interval.MONTH) == datetime(2026, 4, 1, tzinfo=UTC)


@given(
    st.dictionaries(
        st.integers(0, 90), st.lists(st.integers(1, 1_000), min_size=1, max_size=4), max_size=12
    ),
    st.sampled_from(Interval),
)
def test_a_merged_candle_equals_the_candle_of_its_sales(
    days: dict[int, list[int]], interval: Interval
) -> None:
    candles = [day(number, *prices) for number, prices in sorted(days.items())]
    expected: dict[datetime, list[int]] = {}
    for candle, (_, prices) in zip(candles, sorted(days.items()), strict=True):
        expected.setdefault(start_of(candle.starts_at, interval), []).extend(prices)
    assert merge(candles, interval) == [
        Candle(start, p[0], max(p), min(p), p[-1], len(p), sum(p)) for start, p in expected.items()
    ]


@given(instants, st.sampled_from(Interval), st.integers(0, 99))
def test_intervals_are_counted_as_they_are_walked(
    instant: datetime, interval: Interval, count: int
) -> None:
    start = first = start_of(instant, interval)
    for _ in range(count):
        first = start_of(first - timedelta(microseconds=1), interval)
    assert earlier(start, interval, count) == first
    assert intervals_between(first, start, interval) == count


@pytest.mark.parametrize(
    ("prices", "vwap"), [((100, 101), 101), ((100, 100, 101), 100), ((1, 1, 2, 2, 2), 2), ((7,), 7)]
)
def test_the_average_price_is_rounded_half_up(prices: tuple[int, ...], vwap: int) -> None:
    candle = day(0, *prices)
    assert (candle.volume, candle.vwap) == (len(prices), vwap)


def test_statistics_are_derived_from_days_and_books() -> None:
    book = BookKey(ProductId(uuid4()), NINE)
    days = [day(0, 100, 120), day(3, 110), day(9, 90, 132)]
    sold_at = datetime(2026, 1, 10, tzinfo=UTC)
    last = Sale(OrderId(uuid4()), book, 132, sold_at)
    figures = statistics_of(days, [SalesSummary(7, 800, last)], retail_price=88)
    assert (figures.sales_ever, figures.last_price, figures.last_sold_at) == (7, 132, sold_at)
    assert (figures.sales, figures.total, figures.high, figures.low) == (5, 552, 132, 90)
    assert figures.mean == pytest.approx(110.4)
    assert figures.premium == pytest.approx(0.5)
    assert figures.volatility == pytest.approx(stdev([math.log(110 / 120), math.log(132 / 110)]))


@pytest.mark.parametrize("in_order", [1, -1])
def test_of_two_sales_at_one_instant_the_one_that_arrived_later_is_the_last(in_order: int) -> None:
    product_id, sold_at = ProductId(uuid4()), datetime(2026, 1, 10, tzinfo=UTC)
    books = [
        SalesSummary(1, price, Sale(OrderId(uuid4()), book, price, sold_at, arrival=price))
        for price, book in ((100, BookKey(product_id, NINE)), (200, BookKey(product_id, Size("8"))))
    ]
    assert statistics_of([], books[::in_order], retail_price=0).last_price == 200


def test_statistics_without_sales_are_empty() -> None:
    figures = statistics_of([], [], retail_price=0)
    assert (figures.sales_ever, figures.sales, figures.total) == (0, 0, 0)
    absent = (figures.last_price, figures.high, figures.low, figures.mean)
    assert {*absent, figures.volatility, figures.premium, figures.last_sold_at} == {None}


def test_two_days_are_too_few_for_volatility() -> None:
    assert statistics_of([day(0, 1), day(1, 2)], [], 100).volatility is None


# ---- over the store --------------------------------------------------------------------------


async def market() -> tuple[Application, ProductId, datetime]:
    """Return an application with sales of 53 weeks, a week and an hour ago."""
    app = build_embedded()
    now, store = app.adapters.clock.now(), app.adapters.store
    product_id = ProductId(app.adapters.ids.new())
    product = Product(
        product_id, "AB-1", "Nike", "Air", "red", 100, date(2020, 1, 1), (NINE,), (), now
    )
    ages = {timedelta(weeks=53): 900, timedelta(weeks=1): 120, timedelta(hours=1): 150}
    async with store.transaction():
        await store.products.add(product)
        for age, price in ages.items():
            order_id = OrderId(app.adapters.ids.new())
            await store.tape.record(Sale(order_id, BookKey(product_id, NINE), price, now - age))
    return app, product_id, now


async def test_statistics_look_back_52_weeks() -> None:
    app, product_id, _ = await market()
    figures = await app.analytics.view_statistics(product_id, size=NINE)
    assert (figures.sales_ever, figures.sales, figures.high, figures.low) == (3, 2, 150, 120)
    with pytest.raises(SizeNotOffered):
        await app.analytics.view_statistics(product_id, size="10")
    with pytest.raises(NotFound):
        await app.analytics.view_statistics(ProductId(uuid4()))


async def test_candles_end_now_by_default() -> None:
    app, product_id, now = await market()
    view = app.analytics.view_candles
    assert [c.close for c in await view(product_id, interval=Interval.DAY)] == [120, 150]
    assert [c.sales for c in await view(product_id, interval=Interval.MONTH)] == [1, 2]
    only = await view(
        product_id, interval=Interval.HOUR, start=now - timedelta(weeks=1), end=now - timedelta(1)
    )
    assert [c.close for c in only] == [120]


async def test_a_hundred_calendar_months_are_shown_by_default_and_a_thousand_at_most() -> None:
    app, product_id, now = await market()
    this_month = start_of(now, Interval.MONTH)
    first, before = (earlier(this_month, Interval.MONTH, count) for count in (99, 100))
    async with app.adapters.store.transaction():
        for sold_at, price in ((first, 2), (before, 1)):
            order_id = OrderId(app.adapters.ids.new())
            sale = Sale(order_id, BookKey(product_id, NINE), price, sold_at)
            await app.adapters.store.tape.record(sale)
    view = app.analytics.view_candles
    shown = await view(product_id, interval=Interval.MONTH)
    assert [(c.starts_at, c.open) for c in shown][:1] == [(first, 2)]
    end = datetime(2060, 1, 1, tzinfo=UTC)
    start = earlier(end, Interval.MONTH, 999)
    assert len(await view(product_id, interval=Interval.MONTH, start=start, end=end)) == 4
    with pytest.raises(OutOfRange, match="candles must be between 1 and 1000, not 1001"):
        await view(product_id, interval=Interval.MONTH, start=start - timedelta(1), end=end)


async def test_a_span_that_is_too_long_or_ends_before_its_start_is_refused() -> None:
    app, product_id, now = await market()
    view = app.analytics.view_candles
    with pytest.raises(OutOfRange, match="candles must be between 1 and 1000, not 1001"):
        await view(product_id, interval=Interval.HOUR, start=now - timedelta(hours=1_000), end=now)
    for end in (now, None):
        with pytest.raises(EmptySpan, match=r"the span from 20.* to 20.* is empty"):
            await view(product_id, interval=Interval.DAY, start=now + timedelta(days=2), end=end)
    with pytest.raises(NotFound):
        await view(ProductId(uuid4()), interval=Interval.DAY)
