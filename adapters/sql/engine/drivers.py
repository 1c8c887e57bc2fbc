"""The driver for a database URL."""

from .driver import Driver
from .sqlite_connection import migration_engine, path_of
from .sqlite_driver import SqliteDriver

__all__ = ["driver_of", "migration_engine"]


def driver_of(url: str, *, readers: int, patience: float) -> Driver:
    """Return the driver for a URL such as sqlite:///exchange.db.

    `readers` is the number of concurrent read connections, `patience` how many seconds to wait for
    a turn. Raises ValueError for an invalid URL or an unsupported database.
    """
    return SqliteDriver(path_of(url), readers=readers, patience=patience)
