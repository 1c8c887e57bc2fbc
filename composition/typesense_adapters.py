"""The search index on Typesense. It imports its package when it is built: that is an extra."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeAlias

from ..adapters.decorators.fallback_search import FallbackSearch
from ..config.settings import Settings
from ..ports.clock import Clock
from ..ports.search_index import SearchIndex
from ..ports.service_check import ServiceCheck
from ..ports.stopwatch import Stopwatch
from .encryption import authority_of

if TYPE_CHECKING:
    from ..adapters.typesense.connection import TypesenseAccess
    from ..adapters.typesense.search_index import TypesenseSearchIndex

TypesenseIndex: TypeAlias = "TypesenseSearchIndex | None"
"""The index in Typesense, or None without Typesense."""


@asynccontextmanager
async def open_typesense_index(
    settings: Settings, stopwatch: Stopwatch, clock: Clock
) -> AsyncIterator["TypesenseSearchIndex"]:
    """Open the index in Typesense, which need not be there. The clock must be the real one."""
    from ..adapters.typesense.connection import TypesenseConnection
    from ..adapters.typesense.search_index import TypesenseSearchIndex

    typesense = settings.typesense
    connection = TypesenseConnection(
        _access_of(settings),
        stopwatch,
        failures=typesense.failures,
        pause=typesense.pause.total_seconds(),
    )
    try:
        yield TypesenseSearchIndex(connection, clock, typesense.prefix)
    finally:
        await connection.close()


def _access_of(settings: Settings) -> "TypesenseAccess":
    """Return how to reach Typesense. Raises OSError if a file of TLS cannot be used."""
    from ..adapters.typesense.connection import TypesenseAccess

    typesense = settings.typesense
    assert typesense.api_key, "the settings need it"
    return TypesenseAccess(
        urls=typesense.urls,
        key=typesense.api_key,
        timeout=typesense.timeout.total_seconds(),
        connections=typesense.connections,
        tls=authority_of("typesense.ca", typesense.ca),
    )


def index_of(typesense: TypesenseIndex, stored: SearchIndex, settings: Settings) -> SearchIndex:
    """Return the index in Typesense, with that of the store behind it if the settings say so.

    Without Typesense it is that of the store.
    """
    if typesense is None:
        return stored
    has_fallback = settings.typesense.fallback == "store"
    return FallbackSearch(typesense, stored) if has_fallback else typesense


def check_of(typesense: TypesenseIndex) -> Callable[[], Awaitable[None]] | None:
    """Return what raises Unavailable while Typesense does not answer."""
    return None if typesense is None else typesense.check


def check_of_typesense(settings: Settings, _: Clock) -> ServiceCheck | None:
    """Return what tries Typesense, or None without Typesense. Raises OSError like `_access_of`."""
    if settings.typesense.is_used == "none":
        return None
    from ..adapters.typesense.check import TypesenseCheck

    return TypesenseCheck(_access_of(settings), prefix=settings.typesense.prefix)
