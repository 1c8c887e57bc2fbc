"""A lock that allows one process at a time in a folder."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from .private_folder import private_folder

_FILE = "lock.sqlite3"
_PATIENCE = 0.2
"""Seconds to wait, because `is_locked` in another process may read the file for a moment."""


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Lock the folder until the block is left or the process dies. Raises OSError.

    The lock is SQLite's on an empty database, because it works on every operating system, which
    releases it when the process is killed.
    """
    try:
        connection = _locked(private_folder(folder) / _FILE)
    except sqlite3.Error as error:
        if _is_busy(error):
            raise OSError(
                f"another solebook is running on {folder}; stop that one first"
            ) from error
        raise OSError(f"{folder} cannot be locked: {folder / _FILE}: {error}") from error
    try:
        yield
    finally:
        connection.close()


def _locked(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=_PATIENCE, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except BaseException:
        connection.close()
        raise
    return connection


def is_locked(folder: Path) -> bool:
    """Return whether a process holds the lock, without taking it. Raises OSError."""
    file = folder / _FILE
    if not file.exists():
        return False
    try:
        with closing(sqlite3.connect(file, timeout=0)) as connection:
            connection.execute("SELECT * FROM sqlite_master").fetchall()
    except sqlite3.Error as error:
        if _is_busy(error):
            return True
        raise OSError(f"{folder / _FILE} cannot be read: {error}") from error
    return False


def _is_busy(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
