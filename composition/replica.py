"""What is only shown, read with connections of its own, or from a replica while that works."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple

from ..adapters.decorators.replica_reads import ReplicaReads, ReplicaWatch
from ..adapters.decorators.replicated_charts import ReplicatedCharts
from ..adapters.decorators.replicated_search import ReplicatedSearch
from ..adapters.decorators.replicated_tape import ReplicatedTape
from ..config.settings import Settings
from ..ports.charts import ChartReader
from ..ports.search_index import SearchIndex, SearchReader
from ..ports.stopwatch import Stopwatch
from ..ports.tape import TapeReader
from .adapters import Store

if TYPE_CHECKING:
    from ..adapters.sql.engine.database import SqlDatabase


class Shown(NamedTuple):
    """The ports for what is only shown: nobody decides by it, and nobody expects their own write.

    The tape and the search index follow the store with a delay anyway.
    """

    tape: TapeReader
    charts: ChartReader
    search: SearchReader
    check_replica: Callable[[], Awaitable[None]] | None = None
    """Raises Unavailable while the store answers for the replica. None if there is no replica."""


def shown_from_store(store: Store, search_index: SearchIndex) -> Shown:
    """Return the store's own ports."""
    return Shown(store.tape, store.charts, search_index)


def shown_from_readers(
    search_index: SearchIndex, readers: "SqlDatabase", settings: Settings
) -> Shown:
    """Return ports that read from the store with connections of their own, the `readers`.

    What the public asks for then waits for these alone, and not what checks tokens and works.
    """
    from ..adapters.sql.analytics.charts import SqlCharts
    from ..adapters.sql.analytics.tape import SqlTape
    from .sql_adapters import postgres_search_index, sqlite_search_index

    search: SearchReader = search_index
    if settings.typesense.is_used == "none":
        is_shared = settings.is_shared
        search = (postgres_search_index if is_shared else sqlite_search_index)(readers)
    return Shown(SqlTape(readers), SqlCharts(readers), search)


def shown_from_replica(
    shown: Shown,
    replica: "SqlDatabase",
    database: "SqlDatabase",
    stopwatch: Stopwatch,
    settings: Settings,
) -> Shown:
    """Return ports that read from the replica of `database`, or like `shown` while it fails."""
    from ..adapters.sql.analytics.charts import SqlCharts
    from ..adapters.sql.analytics.tape import SqlTape
    from ..adapters.sql.operations.postgres_replica import PostgresReplica
    from ..adapters.sql.search.postgres_search_index import PostgresSearchIndex

    watch = ReplicaWatch(
        PostgresReplica(replica, database, stopwatch).lag,
        stopwatch,
        timeout=settings.store.replica_timeout.total_seconds(),
        max_lag=settings.store.replica_max_lag.total_seconds(),
    )
    tape = ReplicaReads[TapeReader](replica=SqlTape(replica), store=shown.tape, watch=watch)
    charts = ReplicaReads[ChartReader](replica=SqlCharts(replica), store=shown.charts, watch=watch)
    if settings.typesense.is_used != "none":
        return Shown(ReplicatedTape(tape), ReplicatedCharts(charts), shown.search, watch.check)
    search = ReplicaReads[SearchReader](
        replica=PostgresSearchIndex(replica), store=shown.search, watch=watch
    )
    return Shown(
        ReplicatedTape(tape), ReplicatedCharts(charts), ReplicatedSearch(search), watch.check
    )


@asynccontextmanager
async def open_replica(settings: Settings, who: str) -> "AsyncIterator[SqlDatabase]":
    """Open connections to the store's replica, which need not be there."""
    from ..adapters.sql.engine.database import SqlDatabase
    from ..adapters.sql.engine.limits import Limits

    assert settings.replica_url is not None
    timeout = settings.store.replica_timeout.total_seconds()
    limits = Limits(
        connections=settings.store.connections,
        patience=timeout,
        connecting=timeout,
        statement=timeout,
    )
    async with SqlDatabase(settings.replica_url, limits, name=who, required=False) as database:
        yield database
