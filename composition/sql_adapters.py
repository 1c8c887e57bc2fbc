"""Adapters in an SQL database. They import their packages when they are built: those are extras."""

import socket
from collections.abc import AsyncIterator, Set
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from ..config.settings import Settings
from ..ports.access_tokens import RevokedSessions
from ..ports.clock import Clock
from ..ports.ids import Ids
from ..ports.language.process_roles import ALL_ROLES, ProcessRole
from ..ports.search_index import SearchIndex
from ..ports.wakeups import Wakeups
from .adapters import Store
from .folder import require_no_emptied_store
from .sealing import cipher_of

if TYPE_CHECKING:
    from ..adapters.sql.engine.database import SqlDatabase

_LONGEST_ROLES, _LONGEST_HOST = 24, 16
"""PostgreSQL keeps 63 bytes of who is connected, and a migration looks for their form."""


@asynccontextmanager
async def open_database(
    settings: Settings, migrate: bool, who: str
) -> "AsyncIterator[SqlDatabase]":
    """Open the store's database, and tell its server `who` is connected."""
    from .sql_store import limits_of, open_sql_database

    require_no_emptied_store(settings)
    # A database of its own server is migrated by `solebook migrate` alone, because other processes
    # may be running on it.
    migrates = migrate and settings.store.kind == "sqlite"
    limits = limits_of(settings)
    cipher = cipher_of(settings)
    async with open_sql_database(
        settings.store_url, migrate=migrates, limits=limits, who=who, cipher=cipher
    ) as database:
        yield database


@asynccontextmanager
async def open_lease_database(settings: Settings, who: str) -> "AsyncIterator[SqlDatabase]":
    """Open connections to the store's database for leases alone."""
    from .sql_store import open_lease_database as open_it

    async with open_it(settings.store_url, who) as database:
        yield database


@asynccontextmanager
async def open_public_database(
    settings: Settings, who: str, opened: "SqlDatabase"
) -> "AsyncIterator[SqlDatabase]":
    """Open connections for what the public reads, to a database that is open already."""
    from .sql_store import open_readers

    async with open_readers(settings, who) as database:
        database.condition = opened.condition  # damage that they find makes the process unready
        yield database


def who_is(roles: Set[ProcessRole] | None) -> str:
    """Return what a database's server shows about a process: its roles, or `command`, and host.

    >>> who_is(None).startswith("solebook command on ")
    True
    """
    host = socket.gethostname()[:_LONGEST_HOST]
    if roles is None:
        return f"solebook command on {host}"
    shown = "all" if roles == ALL_ROLES else ",".join(sorted(roles))
    if len(shown) > _LONGEST_ROLES:
        shown = f"{shown[: _LONGEST_ROLES - 3]}..."
    return f"solebook {shown} on {host}"


@asynccontextmanager
async def open_wakeups(settings: Settings, who: str) -> AsyncIterator[Wakeups]:
    """Open the connection for wake-ups between processes."""
    from .sql_store import open_wakeups as open_it

    async with open_it(settings.store_url, who) as wakeups:
        yield wakeups


def postgres_store(
    database: "SqlDatabase",
    lease_database: "SqlDatabase",
    wakeups: Wakeups,
    clock: Clock,
    ids: Ids,
    shards: int,
) -> Store:
    """Return the store's ports."""
    from .sql_store import build_sql_store

    return build_sql_store(
        database,
        clock=clock,
        ids=ids,
        shards=shards,
        lease_database=lease_database,
        wakeups=wakeups,
    )


def sql_store(database: "SqlDatabase", clock: Clock, ids: Ids, shards: int) -> Store:
    """Return the store's ports."""
    from .sql_store import build_sql_store

    return build_sql_store(database, clock=clock, ids=ids, shards=shards)


async def stored_shards(database: "SqlDatabase") -> int:
    """Return into how many shards the exchange is divided. Raises Unavailable."""
    from ..adapters.sql.operations.exchange_terms import SqlExchangeTerms

    terms = await SqlExchangeTerms(database).find()
    return 1 if terms is None else terms.shards


def sql_revoked_sessions(database: "SqlDatabase", clock: Clock) -> RevokedSessions:
    """Return the list of revoked sessions."""
    from ..adapters.sql.users.revoked_sessions import SqlRevokedSessions

    return SqlRevokedSessions(database, clock)


def postgres_search_index(database: "SqlDatabase") -> SearchIndex:
    """Return the search index."""
    from ..adapters.sql.search.postgres_search_index import PostgresSearchIndex

    return PostgresSearchIndex(database)


def sqlite_search_index(database: "SqlDatabase") -> SearchIndex:
    """Return the search index."""
    from ..adapters.sql.search.sqlite_search_index import SqliteSearchIndex

    return SqliteSearchIndex(database)
