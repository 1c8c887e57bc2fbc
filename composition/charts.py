"""The charts: those of the store, or in InfluxDB, whose package is imported when it is needed."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from ..adapters.decorators.replica_reads import ReplicaReads, ReplicaWatch
from ..adapters.decorators.replicated_charts import ReplicatedCharts
from ..config.influx import InfluxSettings
from ..config.settings import Settings
from ..core.analytics.chart_lag import ChartLag
from ..ports.chart_backlog import ChartBacklog
from ..ports.charts import ChartReader
from ..ports.clock import Clock
from ..ports.service_check import ServiceCheck
from ..ports.stopwatch import Stopwatch
from .chart_parts import ChartParts
from .encryption import encryption_of

if TYPE_CHECKING:
    from ..adapters.influx.connection import InfluxAccess

_MANY = 10_000


@asynccontextmanager
async def open_charts(
    settings: Settings, without: ChartReader, backlog: ChartBacklog, stopwatch: Stopwatch
) -> AsyncIterator[ChartParts]:
    """Open the charts in InfluxDB, which need not be there, or return those `without` it.

    With a fallback, those `without` it are also shown while it is away or behind the tape.
    """
    if settings.influx.url is None:
        yield ChartParts(without)
        return
    from ..adapters.influx.charts import InfluxCharts  # an optional package
    from ..adapters.influx.connection import InfluxConnection

    influx = settings.influx
    view_backlog = _backlog_of(backlog)
    async with InfluxConnection(_access_of(influx), stopwatch) as connection:
        charts = InfluxCharts(connection)
        if not influx.fallback:
            yield ChartParts(charts, charts, connection.check, view_backlog)
            return
        lag = ChartLag(backlog, stopwatch)

        async def lag_of_server() -> float:
            await connection.check()
            return await lag()

        watch = ReplicaWatch(
            lag_of_server,
            stopwatch,
            timeout=influx.timeout.total_seconds(),
            max_lag=influx.max_lag.total_seconds(),
            what="InfluxDB",
        )
        reads = ReplicaReads[ChartReader](replica=charts, store=without, watch=watch)
        yield ChartParts(ReplicatedCharts(reads), charts, watch.check, view_backlog)


def check_of_influx(settings: Settings, _: Clock) -> ServiceCheck | None:
    """Return what tries InfluxDB, or None without InfluxDB. Raises OSError like `_access_of`."""
    if settings.influx.url is None:
        return None
    from ..adapters.influx.check import InfluxCheck

    return InfluxCheck(_access_of(settings.influx))


def _access_of(influx: InfluxSettings) -> "InfluxAccess":
    """Return how to reach InfluxDB. Raises OSError if a file of TLS cannot be used."""
    from ..adapters.influx.connection import InfluxAccess

    assert influx.url is not None
    return InfluxAccess(
        url=influx.url,
        database=influx.database,
        retention_policy=influx.retention_policy,
        organization=influx.organization,
        token=influx.token,
        user=influx.user,
        password=influx.password,
        tls=encryption_of("influx", influx) if influx.url.startswith("https:") else None,
        timeout=influx.timeout.total_seconds(),
        write_timeout=influx.write_timeout.total_seconds(),
    )


def _backlog_of(backlog: ChartBacklog) -> Callable[[], Awaitable[str]]:
    """Return what says how many sales InfluxDB does not have yet."""

    async def say() -> str:
        waiting = await backlog.count(_MANY)
        if not waiting:
            return "are up to date"
        return f"{'at least ' if waiting == _MANY else ''}{waiting} sales wait"

    return say
