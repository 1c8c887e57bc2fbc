"""What a diagnosis tries of a store in a SQLite file. It writes nothing, and leaves no file."""

import asyncio
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from ....ports.language.trials import Failed, Trials
from ....ports.service_check import ServiceCheck
from ...system.network_errors import causes
from ...system.sqlite_log import commits_lost
from ..engine.sqlite_connection import path_of
from ..migrate import trouble_of_schema

_LITTLE, _NEARLY_NONE = 1024**3, 64 * 1024**2
"""Bytes of the disk that should, and that must be free."""
_LOOKS_FOR = 4.0
"""Seconds after which the look for damage ends. A file of some gigabytes takes longer."""
_STEPS = 100_000
_OF_WAL = 2
"""The version in the header of a file whose journal is a write-ahead log."""
_HAS_SCHEMA = "SELECT count(*) FROM sqlite_schema WHERE name = 'alembic_version'"
_RESTORE = "restore a backup"


class SqliteCheck(ServiceCheck):
    """Tries the store's file and its folder."""

    service = "store"

    def __init__(
        self, url: str, free: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free
    ) -> None:
        """`free` returns how many bytes of a folder's disk are free."""
        self._url = url
        self._free = free

    def explain(self, error: Exception) -> Failed:
        for cause in causes(error):
            if isinstance(cause, sqlite3.DatabaseError):
                return Failed(str(cause), _RESTORE)
        return Failed(str(error) or type(error).__name__)

    async def __call__(self, trials: Trials) -> None:
        with trials.trying("file", "correct store.url, or the rights of the folder"):
            file = path_of(self._url).absolute()
        self._look_at_files(file, trials)
        with trials.trying("disk", "free some space of the disk", is_needed=False) as trial:
            free = self._free(_existing(file.parent))
            trial.found = f"{free / 1024**3:.1f} GiB free"
            if free < _NEARLY_NONE:
                trial.fail(trial.found)
            elif free < _LITTLE:
                trial.warn(trial.found)
        if file.exists() and file.stat().st_size:
            await self._look_inside(file, trials)

    def _look_at_files(self, file: Path, trials: Trials) -> None:
        advice = "let the user that runs solebook own the folder and the file"
        with trials.trying("rights", advice) as trial:
            folder = _existing(file.parent)
            if not os.access(folder, os.W_OK | os.X_OK):
                raise Failed(f"{folder} cannot be written")
            if not file.exists():
                trial.found = f"{file} is not there yet; the first `solebook serve` creates it"
            elif not os.access(file, os.R_OK | os.W_OK):
                raise Failed(f"{file} cannot be read and written")
            else:
                trial.found = f"{file} can be read and written"

    async def _look_inside(self, file: Path, trials: Trials) -> None:
        with trials.trying("log", _RESTORE) as trial:
            # A process that writes just now is no damage, and has written on at the second look.
            if commits_lost(file) and (lost := commits_lost(file)):
                raise Failed(f"{lost} acknowledged commits in {file}-wal cannot be read")
            trial.found = "whole"
        with trials.trying("journal", "correct the rights of the file") as trial:
            is_log = _head(file)[18:20] == bytes((_OF_WAL, _OF_WAL))
            trial.found = "a write-ahead log"
            if not is_log:
                trial.found = "no write-ahead log yet; `solebook serve` turns it on"
        with trials.trying("damage", _RESTORE) as trial:
            found = await asyncio.to_thread(_damage, file)
            if found not in ("ok", None):
                raise Failed(found)
            trial.found = "none" if found else f"none in the first {_LOOKS_FOR:g} s"
        with trials.trying("schema", "run `solebook migrate`") as trial:
            revision = _revision(file)
            if trouble := trouble_of_schema(revision):
                raise Failed(*trouble.split(": ", 1))
            trial.found = f"revision {revision}, the newest"


def _head(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(20)


def _existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that exists."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _opened(file: Path) -> sqlite3.Connection:
    """Open a file so that none appears beside it.

    SQLite creates what belongs to a write-ahead log even for who only reads. If there is none,
    nobody writes just now, and the file can be read as one that does not change.
    """
    has_log = file.with_name(f"{file.name}-wal").exists()
    how = "mode=ro" if has_log else "mode=ro&immutable=1"
    return sqlite3.connect(f"file:{quote(str(file))}?{how}", uri=True)


def _damage(file: Path) -> str | None:
    """Return what SQLite says of a file, `ok` if it is well, or None if it has taken too long."""
    give_up_at = time.monotonic() + _LOOKS_FOR
    with closing(_opened(file)) as connection:
        connection.set_progress_handler(lambda: time.monotonic() > give_up_at, _STEPS)
        try:
            [found] = connection.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                return None
            raise
    return str(found)


def _revision(file: Path) -> str | None:
    with closing(_opened(file)) as connection:
        if not connection.execute(_HAS_SCHEMA).fetchone()[0]:
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else None
