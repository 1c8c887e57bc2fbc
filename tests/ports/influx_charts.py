"""Charts in a real InfluxDB."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from servers.influx_server import InfluxServer
from solebook.adapters.influx.charts import InfluxCharts
from solebook.adapters.influx.connection import InfluxAccess, InfluxConnection
from solebook.adapters.system.stopwatch import SystemStopwatch


@asynccontextmanager
async def influx_charts(server: InfluxServer, pause: float = 1.0) -> AsyncIterator[InfluxCharts]:
    """Open charts in a new database of a server."""
    name = f"db_{uuid4().hex}"
    server.create_database(name)
    access = InfluxAccess(server.url, name, "autogen", timeout=10.0)
    async with InfluxConnection(access, SystemStopwatch(), pause=pause) as connection:
        yield InfluxCharts(connection)
    server.drop_database(name)
