"""A consistent copy of a SQLite file that may be in use."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

_PATIENCE = 30.0
"""Seconds to wait for another process that writes."""


async def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database into a new file, as it was at one moment, and check every page of the copy.

    Other processes read and write the source meanwhile. Raises OSError with the name of a file that
    is missing, damaged or no database.
    """
    await asyncio.to_thread(_copy, source, target)


def _copy(source: Path, target: Path) -> None:
    if not source.exists():
        raise FileNotFoundError(f"there is no database {source}")
    try:
        with (
            closing(sqlite3.connect(source, timeout=_PATIENCE)) as original,
            closing(sqlite3.connect(target)) as copy,
        ):
            # All pages in one step are one snapshot. It hinders nobody who writes, because the
            # database has a write-ahead log.
            original.backup(copy)
            found = [row[0] for row in copy.execute("PRAGMA integrity_check(1)")]
    except sqlite3.Error as error:
        raise OSError(f"{source}: {error}") from error
    if found != ["ok"]:
        raise OSError(f"{source}: {' '.join(str(found[0]).split())}")
