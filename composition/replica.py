"""What is only shown, read from a replica of the store while that works."""

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


def shown_from_replica(
    store: Store,
    search_index: SearchIndex,
    replica: "SqlDatabase",
    database: "SqlDatabase",
    stopwatch: Stopwatch,
    settings: Settings,
) -> Shown:
    """Return ports that read from the replica of `database`, or from the store while it fails."""
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
    tape = ReplicaReads[TapeReader](replica=SqlTape(replica), store=store.tape, watch=watch)
    charts = ReplicaReads[ChartReader](replica=SqlCharts(replica), store=store.charts, watch=watch)
    if settings.typesense.is_used != "none":
        return Shown(ReplicatedTape(tape), ReplicatedCharts(charts), search_index, watch.check)
    search = ReplicaReads[SearchReader](
        replica=PostgresSearchIndex(replica), store=search_index, watch=watch
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
