"""Search indexes on a Typesense server, each with names of its own."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

from servers.typesense_server import TypesenseServer
from solebook.adapters.system.clock import SystemClock
from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.adapters.typesense.connection import TypesenseAccess, TypesenseConnection
from solebook.adapters.typesense.search_index import TypesenseSearchIndex
from solebook.ports.clock import Clock
from solebook.ports.stopwatch import Stopwatch

_numbers = count()


@asynccontextmanager
async def open_typesense_index(
    server: TypesenseServer,
    prefix: str | None = None,
    *,
    limit: float = 10.0,
    clock: Clock | None = None,
    stopwatch: Stopwatch | None = None,
    ca: Path | None = None,
) -> AsyncIterator[TypesenseSearchIndex]:
    """Open an index as a process would, an empty one without a prefix."""
    tls = None if ca is None else ssl.create_default_context(cafile=ca)
    access = TypesenseAccess([server.url], server.key, timeout=limit, tls=tls)
    connection = TypesenseConnection(access, stopwatch or SystemStopwatch())
    try:
        prefix = f"t{next(_numbers)}" if prefix is None else prefix
        yield TypesenseSearchIndex(connection, clock or SystemClock(), prefix)
    finally:
        await connection.close()
