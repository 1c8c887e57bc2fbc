"""Which driver is for the database that an URL names."""

from .driver import Driver
from .sqlite_connection import migration_engine, path_of
from .sqlite_driver import SqliteDriver

__all__ = ["driver_of", "migration_engine"]


def driver_of(url: str, *, readers: int, patience: float) -> Driver:
    """Return what connects to the database of an URL such as sqlite:///exchange.db.

    `readers` is how many connections may read at once, `patience` how many seconds to wait for a
    turn. Raises ValueError for an URL that makes no sense, or another kind of database.
    """
    return SqliteDriver(path_of(url), readers=readers, patience=patience)
