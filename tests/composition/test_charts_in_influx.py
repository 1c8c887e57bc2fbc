"""An exchange whose charts are in InfluxDB, which may be away."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import msgspec
import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.application import Application
from solebook.composition.container import open_application
from solebook.composition.health import view_health_of
from solebook.config.influx import InfluxSettings
from solebook.config.settings import Settings
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.language.analytics import Interval, Sale
from solebook.ports.language.catalog import Product
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.market import BookKey, Size
from solebook.ports.language.process_roles import ProcessRole

from ..busy_machine import timed
from ..influx_server import InfluxServer
from ..ports.records import Records

pytestmark = pytest.mark.alone

PATIENCE = 20.0
LIMIT = timedelta(seconds=0.5)
TOLERATED = 2.0
"""Seconds by which a busy machine may be late."""


class Charted:
    """A product in an exchange, what is sold of it, and its charts."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._store = app.adapters.store
        clock = VirtualClock(app.adapters.clock.now())
        self._records = Records(ids=SeededIds(seed=1, clock=clock), clock=clock)
        self.product: Product = self._records.product()

    async def open(self) -> None:
        async with self._store.transaction():
            await self._store.products.add(self.product)

    async def sell(self) -> Sale:
        sale = self._records.sale(BookKey(self.product.id, Size("10")))
        async with self._store.transaction():
            await self._store.tape.record(sale)
        return sale

    async def void(self, sale: Sale) -> None:
        async with self._store.transaction():
            await self._store.tape.void(sale.order_id)

    async def shown(self) -> int:
        """Return how many sales are in the candles that are shown."""
        candles = await self._app.analytics.view_candles(self.product.id, interval=Interval.DAY)
        return sum(candle.volume for candle in candles)

    async def drawn(self) -> int:
        """Return how many sales are in InfluxDB."""
        charts = self._app.adapters.charts.drawn
        assert charts is not None
        now = self._app.adapters.clock.now()
        candles = await charts.candles(
            self.product.id,
            Interval.DAY,
            now - timedelta(days=1_000),
            now + timedelta(days=1),
            condition=BookKey(self.product.id, Size("10")).condition,
        )
        return sum(candle.volume for candle in candles)

    async def health(self) -> dict[str, str]:
        found = await view_health_of(self._app)()
        return {name: each.state for name, each in found.items() if "influx" in name}


@asynccontextmanager
async def opened(
    settings: Settings, server: InfluxServer, *, fallback: bool = True
) -> AsyncIterator[Charted]:
    """Open an exchange that draws its charts, in a database of its own."""
    influx = InfluxSettings(url=server.url, timeout=LIMIT, fallback=fallback)
    server.create_database(influx.database)
    roles = {ProcessRole.CHARTS, ProcessRole.HTTP}
    settings = msgspec.structs.replace(settings, influx=influx)
    async with open_application(settings, roles=roles) as app, Workers(app).running():
        charted = Charted(app)
        await charted.open()
        yield charted


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await holds():  # noqa: ASYNC110  # a server has no event
            await asyncio.sleep(0.05)


async def test_the_store_shows_the_charts_while_influxdb_is_away_and_nothing_is_lost(
    on_sqlite: Settings, own_influx_server: InfluxServer
) -> None:
    async with opened(on_sqlite, own_influx_server) as exchange:
        first = await exchange.sell()

        async def drawn(number: int) -> None:
            async def is_drawn() -> bool:
                try:
                    return await exchange.drawn() == number
                except Unavailable:
                    return False

            await until(is_drawn)

        await drawn(1)
        own_influx_server.pause()
        longest = 0.0
        for number in range(2, 12):
            await exchange.sell()
            with timed() as took:
                assert await exchange.shown() == number
            longest = max(longest, took.own)
        await exchange.void(first)
        assert await exchange.shown() == 10
        assert longest < LIMIT.total_seconds() + TOLERATED
        assert (await exchange.health())["charts in influx"].endswith("sales wait")
        own_influx_server.resume()
        own_influx_server.kill()
        assert await exchange.shown() == 10
        own_influx_server.start()
        await drawn(10)
        up = {"influx": "answers", "charts in influx": "are up to date"}

        async def is_well() -> bool:
            return await exchange.shown() == 10 and await exchange.health() == up

        await until(is_well)


async def test_without_a_fallback_charts_are_refused_while_influxdb_is_away(
    on_sqlite: Settings, own_influx_server: InfluxServer
) -> None:
    async with opened(on_sqlite, own_influx_server, fallback=False) as exchange:
        await exchange.sell()

        await until(lambda: shows(exchange, 1))
        own_influx_server.pause()
        await exchange.sell()
        for _ in range(5):
            with timed() as took, pytest.raises(Unavailable, match="InfluxDB"):
                await exchange.shown()
            assert took.own < LIMIT.total_seconds() + TOLERATED
        own_influx_server.resume()
        await until(lambda: shows(exchange, 2))


async def shows(exchange: Charted, number: int) -> bool:
    try:
        return await exchange.shown() == number
    except Unavailable:
        return False
