"""One process at a time in a folder."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...ports.language.errors import Unavailable


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Hold the folder until the block is left, or the process dies. Raises Unavailable if held.

    The lock is SQLite's on an empty database, because that works on every system and is let go
    by the system itself when the process is killed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(folder / "lock.sqlite3", timeout=0, isolation_level=None)
    try:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise Unavailable(what=f"{folder}: another solebook is running on it, so it") from error
        yield
    finally:
        connection.close()
