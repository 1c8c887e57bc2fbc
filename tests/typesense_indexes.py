"""Search indexes on a Typesense server, each with names of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

from servers.typesense_server import TypesenseServer
from solebook.adapters.system.clock import SystemClock
from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.adapters.typesense.connection import TypesenseAccess, TypesenseConnection
from solebook.adapters.typesense.search_index import TypesenseSearchIndex

_numbers = count()


@asynccontextmanager
async def open_typesense_index(
    server: TypesenseServer, prefix: str | None = None, *, limit: float = 10.0
) -> AsyncIterator[TypesenseSearchIndex]:
    """Open an index as a process would, an empty one without a prefix."""
    access = TypesenseAccess([server.url], server.key, timeout=limit)
    connection = TypesenseConnection(access, SystemStopwatch())
    try:
        prefix = f"t{next(_numbers)}" if prefix is None else prefix
        yield TypesenseSearchIndex(connection, SystemClock(), prefix)
    finally:
        await connection.close()
