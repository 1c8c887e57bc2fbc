"""`solebook admin redraw-charts`."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.container import open_application
from solebook.config.influx import InfluxSettings
from solebook.config.settings import Settings
from solebook.ports.language.analytics import Interval, Sale
from solebook.ports.language.ids import OrderId, ProductId
from solebook.ports.language.market import BookKey, Condition, Size

from ...influx_server import InfluxServer
from .conftest import Run

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_charts_of_the_database_need_not_be_drawn(folder: Path, run: Run) -> None:
    refused = run("admin", "redraw-charts")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err == "the charts are drawn from the database: influx.url is not set\n"


def test_charts_that_influxdb_has_lost_are_drawn_again(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch, influx_server: InfluxServer
) -> None:
    influx = InfluxSettings(url=influx_server.url, database=f"db_{uuid4().hex}")
    monkeypatch.setenv("SOLEBOOK_INFLUX__URL", influx_server.url)
    monkeypatch.setenv("SOLEBOOK_INFLUX__DATABASE", influx.database)
    settings = Settings(folder=str(folder), influx=influx)
    ids = SeededIds(seed=1, clock=VirtualClock(NOON))
    book = BookKey(ProductId(ids.new()), Size("9"))
    sales = [Sale(OrderId(ids.new()), book, price, NOON) for price in (1, 2, 4)]

    async def sell() -> None:
        async with open_application(settings) as app, app.adapters.store.transaction():
            await app.adapters.store.tape.record(*sales)
            await app.adapters.store.tape.void(sales[1].order_id)

    async def total() -> int:
        async with open_application(settings) as app:
            charts = app.adapters.charts.drawn
            assert charts is not None
            day = timedelta(days=1)
            candles = await charts.candles(
                book.product_id, Interval.DAY, NOON - day, NOON + day, condition=Condition.NEW
            )
            return sum(candle.total for candle in candles)

    def named() -> list[str]:
        """Return what `solebook admin verify` says of the charts. Nobody ordered these sales."""
        lines = run("admin", "verify").out.splitlines()
        return [line for line in lines if line.removeprefix("under way: ").startswith("charts: ")]

    asyncio.run(sell())
    differs = ["under way: charts: 3 sales to be charted, of 1 product"]
    for _ in range(2):
        influx_server.create_database(influx.database)
        assert named() == differs
        drawn = run("admin", "redraw-charts")
        assert (drawn.code, drawn.out, drawn.err) == (0, "3 sales charted\n", "")
        assert asyncio.run(total()) == 5
        assert named() == []
        influx_server.drop_database(influx.database)
        has, should = "none", "2 sales of 5 minor units, from 1 to 4, between 1 and 4"
        of = f"charts: product {book.product_id}, new: on 2026-03-02"
        differs = [f"{of} its chart has {has}; it should have {should}"]
