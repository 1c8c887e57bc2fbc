"""One process at a time in a folder."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .private_folder import private_folder


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Hold the folder until the block is left, or the process dies. Raises OSError.

    The lock is SQLite's on an empty database, because that works on every system and is let go
    by the system itself when the process is killed.
    """
    try:
        connection = _locked(private_folder(folder) / "lock.sqlite3")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise OSError(f"another solebook is running on {folder}") from error
        raise OSError(f"{folder} cannot be locked: {error}") from error
    try:
        yield
    finally:
        connection.close()


def _locked(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except BaseException:
        connection.close()
        raise
    return connection
