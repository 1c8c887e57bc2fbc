"""The driver for a database URL."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from .driver import Driver
from .limits import Limits

if TYPE_CHECKING:
    from .migrating import Migrating

# Each database's packages are imported only if its URL is given: they are extras.


def driver_of(url: str, limits: Limits, name: str) -> Driver:
    """Return the driver for a URL such as sqlite:///exchange.db.

    `name` tells a server who is connected. Raises ValueError for an invalid URL or an unsupported
    database.
    """
    if backend_of(url) == "postgresql":
        from .postgres_driver import PostgresDriver
        from .postgres_url import data_source

        return PostgresDriver(data_source(url), limits, name)
    from .sqlite_connection import path_of
    from .sqlite_driver import SqliteDriver

    return SqliteDriver(path_of(url), readers=READERS, patience=limits.patience)


def checked_source(url: str) -> str:
    """Return the URL of a database in PostgreSQL, without the name of a driver.

    Raises ValueError if it is invalid, with no part of a password.
    """
    from .postgres_url import data_source

    return data_source(url)


def is_open_elsewhere(url: str) -> bool:
    """Return whether another process uses a file of SQLite, which this one has not open.

    Raises Unavailable. A server knows its processes itself (`running_process`).
    """
    if backend_of(url) == "postgresql":
        return False
    from . import sqlite_connection

    return sqlite_connection.is_open(sqlite_connection.path_of(url))


def migrating(url: str, *, only_reads: bool = False) -> "AbstractAsyncContextManager[Migrating]":
    """Return a connection in a transaction that blocks other migrations and includes DDL.

    On SQLite, one that `only_reads` blocks nobody, and waits for nobody who writes. Raises
    ValueError for an invalid URL or an unsupported database. Other errors are SQLAlchemy's.
    """
    if backend_of(url) == "postgresql":
        from . import postgres_connection

        return postgres_connection.migrating(url)
    from . import sqlite_migrating

    return sqlite_migrating.migrating(url, only_reads=only_reads)


def file_of(url: str) -> Path | None:
    """Return the file of a URL, or None for a server's. Raises ValueError."""
    if backend_of(url) == "postgresql":
        return None
    from . import sqlite_connection

    return sqlite_connection.path_of(url)


def backend_of(url: str) -> str:
    """Return the kind of a URL's database: `sqlite` or `postgresql`. Raises ValueError."""
    scheme, separator, _ = url.partition("://")
    if not separator:
        raise ValueError("the store's URL has no scheme, such as sqlite:// or postgresql://")
    backend = "postgresql" if scheme == "postgres" else scheme.partition("+")[0]
    if backend not in ("sqlite", "postgresql"):
        raise ValueError(f"the store can be kept in sqlite or postgresql, not in {backend}")
    return backend


READERS = 4
"""The number of concurrent reads of a SQLite file."""
