"""InfluxDB over TLS and with users, with a certificate of a CA that is in the settings."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from servers.influx_server import InfluxServer
from solebook.adapters.influx.charts import InfluxCharts
from solebook.adapters.influx.connection import InfluxAccess, InfluxConnection
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.ports.language.analytics import Interval, Sale
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.ids import OrderId, ProductId
from solebook.ports.language.market import BookKey, Condition, Size

from ...certificates import Authority
from ...missing_server import running

pytestmark = pytest.mark.real

DATABASE, USER, PASSWORD = "solebook", "solebook", "correct horse"
SETTINGS = """\
  auth-enabled = true
  https-enabled = true
  https-certificate = "{}"
  https-private-key = "{}"
"""


@asynccontextmanager
async def charts_at(server: InfluxServer, ca: Path, **login: Any) -> AsyncIterator[InfluxCharts]:
    tls = ssl.create_default_context(cafile=ca)
    access = InfluxAccess(server.url, DATABASE, "autogen", tls=tls, timeout=10.0, **login)
    async with InfluxConnection(access, SystemStopwatch()) as connection:
        yield InfluxCharts(connection)


async def test_points_are_written_and_read_with_the_ca_and_the_login_alone(
    tmp_path: Path, ids: SeededIds, clock: VirtualClock
) -> None:
    authority, other = Authority(tmp_path, "ours"), Authority(tmp_path, "other")
    certificate, key = authority.certify("influx", "127.0.0.1")
    sale = Sale(OrderId(ids.new()), BookKey(ProductId(ids.new()), Size("9")), 20_000, clock.now())
    day = timedelta(days=1)
    asked: tuple[ProductId, Literal[Interval.DAY], datetime, datetime] = (
        sale.book.product_id,
        Interval.DAY,
        sale.sold_at - day,
        sale.sold_at + day,
    )
    with running(InfluxServer) as server:
        server.create_database(DATABASE)
        server.create_user(USER, PASSWORD)
        server.stop()
        server.settings = SETTINGS.format(certificate, key)
        server.start()
        login = {"user": USER, "password": PASSWORD}
        async with charts_at(server, authority.certificate, **login) as charts:
            await charts.put(sale)
            [candle] = await charts.candles(*asked, condition=Condition.NEW)
            assert (candle.sales, candle.total) == (1, 20_000)
        for ca, wrong in (
            (other.certificate, login),
            (authority.certificate, {}),
            (authority.certificate, {"user": USER, "password": "wrong"}),
        ):
            async with charts_at(server, ca, **wrong) as charts:
                with pytest.raises(Unavailable):
                    await charts.put(sale)
                with pytest.raises(Unavailable):
                    await charts.candles(*asked, condition=Condition.NEW)
