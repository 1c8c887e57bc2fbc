"""Real sales in InfluxDB: their candles are those of the store."""

import asyncio
import csv
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import solebook
from servers.influx_server import InfluxServer
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.system.clock import SystemClock
from solebook.composition.adapters import Store
from solebook.core.analytics.chart_sales import ChartSales
from solebook.entrypoints.worker.chart_drawer import ChartDrawer
from solebook.ports.charts import ChartReader
from solebook.ports.language.analytics import Candle, Interval, Sale
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.ids import OrderId, ProductId
from solebook.ports.language.market import BookKey, Condition, Size

from ...ports.influx_charts import influx_charts

SAMPLE = Path(solebook.__file__).parent / "entrypoints" / "demo" / "sample" / "sales.csv"
START, END = datetime(2014, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC)


def real_sales(ids: SeededIds, file: Path = SAMPLE) -> list[Sale]:
    """Return the sales of a file. Up to three of a product share an instant."""
    with file.open(newline="") as text:
        rows = sorted(csv.DictReader(text), key=lambda row: row["sold_on"])
    products = {name: ProductId(ids.new()) for name in sorted({row["product"] for row in rows})}
    places: Counter[tuple[str, str]] = Counter()
    sales = []
    for row in rows:
        name, day = row["product"], row["sold_on"]
        hours = timedelta(hours=places[name, day] // 3 % 24)
        places[name, day] += 1
        at = datetime.fromisoformat(f"{day}T00:30:00.000001+00:00") + hours
        book = BookKey(products[name], Size(row["us_size"]))
        sales.append(Sale(OrderId(ids.new()), book, int(row["price_usd"]) * 100, at))
    return sales


async def candles_of(
    charts: ChartReader, sales: Sequence[Sale]
) -> dict[tuple[ProductId, Size | None], tuple[Sequence[Candle], Sequence[Candle]]]:
    """Return the candles of every product and of each of its sizes: all days, and latest hours."""
    latest = {sale.book.product_id: sale.sold_at for sale in sales}
    books = {(sale.book.product_id, sale.book.size) for sale in sales}

    async def read(
        product_id: ProductId, size: Size | None
    ) -> tuple[Sequence[Candle], Sequence[Candle]]:
        last = latest[product_id] + timedelta(hours=1)
        since = last - timedelta(hours=1_000)
        new = Condition.NEW
        return (
            await charts.candles(product_id, Interval.DAY, START, last, condition=new, size=size),
            await charts.candles(product_id, Interval.HOUR, since, last, condition=new, size=size),
        )

    wanted = [*books, *{(product_id, None) for product_id, _ in books}]
    return {of: await read(*of) for of in wanted}


async def record(store: Store, sales: Sequence[Sale]) -> None:
    """Record sales of the earliest orders last, and void every seventh, some of them before."""
    for first in range(len(sales), 0, -100):
        async with store.transaction():
            portion = sales[max(0, first - 100) : first]
            for number, sale in enumerate(portion):
                if number % 14 == 3:
                    await store.tape.void(sale.order_id)
            await store.tape.record(*portion)
            for number, sale in enumerate(portion):
                if number % 14 == 10:
                    await store.tape.void(sale.order_id)


async def test_candles_of_every_product_and_size_equal_those_of_the_store(
    influx_server: InfluxServer, store: Store, ids: SeededIds
) -> None:
    sales = real_sales(ids)
    async with influx_charts(influx_server) as charts:
        chart = ChartSales(store.transaction, store.chart_backlog, charts, SystemClock())
        await record(store, sales[::2])
        await chart()
        await record(store, sales)
        for sale in sales[::50]:
            async with store.transaction():
                await store.tape.void(sale.order_id)
        while await chart():
            pass
        assert await candles_of(charts, sales) == await candles_of(store.charts, sales)


@asynccontextmanager
async def drawn(chart: ChartSales) -> AsyncIterator[None]:
    """Draw charts meanwhile, as the worker does, and until they are up to date."""
    drawer = asyncio.create_task(keep_drawing(chart))
    try:
        yield
    finally:
        drawer.cancel()
        await asyncio.gather(drawer, return_exceptions=True)


async def keep_drawing(chart: ChartSales) -> None:
    drawer = ChartDrawer(chart)
    while True:
        with suppress(Unavailable):
            await drawer.run()
        await asyncio.sleep(0.05)


async def test_sales_and_voids_while_the_server_is_away_are_charted_once_it_is_back(
    own_influx_server: InfluxServer, store: Store, ids: SeededIds
) -> None:
    sales = real_sales(ids)
    some = [sale for sale in sales if sale.book.size in {"9", "10", "11"}]
    async with influx_charts(own_influx_server, pause=0.1) as charts:
        async with drawn(ChartSales(store.transaction, store.chart_backlog, charts, SystemClock())):
            await record(store, sales[:200])
            own_influx_server.kill()
            await record(store, sales[100:400])
            with pytest.raises(Unavailable):
                await charts.candles(
                    sales[0].book.product_id, Interval.DAY, START, END, condition=Condition.NEW
                )
            assert await store.chart_backlog.count(1_000) > 0
            own_influx_server.start()
            await record(store, sales)
            async with asyncio.timeout(60):
                while await store.chart_backlog.count(1):  # noqa: ASYNC110  # it has no event
                    await asyncio.sleep(0.02)
        assert await candles_of(charts, some) == await candles_of(store.charts, some)
