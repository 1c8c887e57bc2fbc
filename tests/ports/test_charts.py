"""Contract of Charts."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from servers.influx_server import InfluxServer
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.memory_store import build_memory_store
from solebook.ports.charts import Charts
from solebook.ports.language.analytics import Candle, Interval, Sale
from solebook.ports.language.market import BookKey, Condition, Size
from solebook.ports.transaction import Transaction

from .conftest import DATABASES
from .records import Records


@dataclass(frozen=True)
class Drawn:
    """Charts, each write in a transaction."""

    charts: Charts
    transaction: Transaction

    async def put(self, *sales: Sale) -> None:
        async with self.transaction():
            await self.charts.put(*sales)

    async def void(self, *sales: Sale) -> None:
        async with self.transaction():
            await self.charts.void(*sales)


@pytest.fixture
async def in_influx(influx_server: InfluxServer) -> AsyncIterator[Charts]:
    from .influx_charts import influx_charts

    async with influx_charts(influx_server) as charts:
        yield charts


@pytest.fixture(params=["memory", *DATABASES, "influx"])
def charts(request: pytest.FixtureRequest, clock: VirtualClock, ids: SeededIds) -> Drawn:
    if request.param in DATABASES:
        from solebook.composition.sql_store import build_sql_store

        database = request.getfixturevalue(DATABASES[request.param])
        store = build_sql_store(database, clock=clock, ids=ids)
    else:
        store = build_memory_store(clock=clock, ids=ids)
    if request.param == "influx":
        return Drawn(request.getfixturevalue("in_influx"), store.transaction)
    return Drawn(store.charts, store.transaction)


async def candles(
    charts: Drawn,
    book: BookKey,
    interval: Literal[Interval.HOUR, Interval.DAY] = Interval.HOUR,
    *,
    start: datetime = datetime(2000, 1, 1, tzinfo=UTC),
    end: datetime = datetime(2100, 1, 1, tzinfo=UTC),
    size: Size | None = None,
) -> list[Candle]:
    return list(
        await charts.charts.candles(
            book.product_id, interval, start, end, condition=book.condition, size=size
        )
    )


async def test_the_sales_of_an_hour_make_a_candle(charts: Drawn, records: Records) -> None:
    book = records.book()
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    minutes = {0: 20_000, 10: 25_000, 20: 15_000, 59: 18_000, 60: 30_000}
    sales = [
        records.sale(book, price=price, sold_at=noon + timedelta(minutes=minute))
        for minute, price in minutes.items()
    ]
    await charts.put(*reversed(sales))

    assert await candles(charts, book) == [
        Candle(noon, 20_000, 25_000, 15_000, 18_000, sales=4, total=78_000),
        Candle(noon + timedelta(hours=1), 30_000, 30_000, 30_000, 30_000, sales=1, total=30_000),
    ]
    midnight = noon.replace(hour=0)
    assert await candles(charts, book, Interval.DAY) == [
        Candle(midnight, 20_000, 30_000, 15_000, 30_000, sales=5, total=108_000)
    ]


async def test_candles_span_from_the_start_until_before_the_end(
    charts: Drawn, records: Records
) -> None:
    book = records.book()
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    instant = timedelta(microseconds=1)
    times = [noon - instant, noon, noon + instant, noon + 2 * instant]
    await charts.put(
        *(records.sale(book, price=n, sold_at=at) for n, at in enumerate(times, start=1)),
    )
    [candle] = await candles(charts, book, start=noon, end=noon + 2 * instant)
    assert (candle.open, candle.close, candle.sales) == (2, 3, 2)
    assert await candles(charts, book, start=noon, end=noon) == []


async def test_sales_of_one_instant_are_all_in_their_candle(
    charts: Drawn, records: Records
) -> None:
    book = records.book()
    sales = [
        records.sale(book, price=price, sold_at=records.instant, arrival=arrival)
        for arrival, price in enumerate((7, 9, 8))
    ]
    await charts.put(*sales)
    [candle] = await candles(charts, book)
    assert (candle.open, candle.close) == (7, 8)
    assert (candle.low, candle.high, candle.sales, candle.total) == (7, 9, 3, 24)


async def test_candles_separate_conditions_and_sizes_and_exclude_voided_sales(
    charts: Drawn, records: Records
) -> None:
    product_id = records.product_id()
    nine, ten = records.book(product_id, "9"), records.book(product_id, "10")
    used = records.book(product_id, "9", condition=Condition.USED)
    voided = records.sale(nine, price=99, arrival=3)
    await charts.put(
        records.sale(nine, price=1),
        records.sale(ten, price=2, arrival=1),
        records.sale(used, price=4),
        records.sale(records.book(size="9"), price=8),
        voided,
    )
    await charts.void(voided)
    assert [c.total for c in await candles(charts, nine, Interval.DAY)] == [3]
    assert [c.total for c in await candles(charts, nine, Interval.DAY, size=Size("9"))] == [1]
    assert [c.total for c in await candles(charts, used, Interval.DAY)] == [4]
    assert await candles(charts, records.book(), Interval.DAY) == []


async def test_a_sale_that_is_put_again_is_charted_once(charts: Drawn, records: Records) -> None:
    book = records.book()
    first, second = (records.sale(book, price=n, arrival=n) for n in (1, 2))
    await charts.put(first)
    await charts.put(second, first)
    await charts.put(first, first)
    [candle] = await candles(charts, book, Interval.DAY)
    assert (candle.sales, candle.total) == (2, 3)


async def test_a_sale_is_voided_repeatedly_and_before_it_is_put_without_harm_to_others(
    charts: Drawn, records: Records
) -> None:
    book = records.book()
    kept, voided, unknown = (records.sale(book, price=n, arrival=n) for n in (1, 2, 4))
    await charts.void(unknown)
    await charts.put(kept, voided)
    await charts.void(voided)
    await charts.void(voided, unknown)
    [candle] = await candles(charts, book, Interval.DAY)
    assert (candle.sales, candle.total, candle.vwap) == (1, 1, 1)
    await charts.void(kept)
    assert await candles(charts, book, Interval.DAY) == []


async def test_of_sizes_at_one_instant_the_first_that_arrived_opens_and_the_last_closes(
    charts: Drawn, records: Records
) -> None:
    product_id = records.product_id()
    sales = [
        records.sale(records.book(product_id, size), price=price, arrival=arrival)
        for arrival, (size, price) in enumerate([("10", 2), ("9", 3), ("10", 1), ("11", 5)])
    ]
    await charts.put(*sales)
    [candle] = await candles(charts, sales[0].book)
    assert (candle.open, candle.high, candle.low, candle.close) == (2, 5, 1, 5)
    await charts.void(sales[3])
    [candle] = await candles(charts, sales[0].book)
    assert (candle.close, candle.sales) == (1, 3)
    [candle] = await candles(charts, sales[0].book, size=Size("9"))
    assert (candle.open, candle.sales) == (3, 1)


async def test_thousands_of_sales_of_one_instant_are_all_charted(
    charts: Drawn, records: Records
) -> None:
    book = records.book()
    number = 2_100
    sales = [records.sale(book, price=1 + n, arrival=n) for n in range(number)]
    await charts.put(*sales)
    [candle] = await candles(charts, book)
    assert (candle.sales, candle.total) == (number, number * (number + 1) // 2)
