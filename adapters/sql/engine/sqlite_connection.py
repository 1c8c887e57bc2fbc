"""Connections to SQLite, and the translation of its errors."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Iterable, Sequence
from contextlib import closing
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Self, TypeVar

import aiosqlite
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from ....ports.language.errors import Unavailable
from .condition import Trouble
from .driver import Connection, Write
from .errors import STORE, Conflict, Unchanged
from .finished import finished

T = TypeVar("T")

BUSY_TIMEOUT = 5.0
"""How many seconds to wait for another process that writes the same file."""
_PREPARED_STATEMENTS = 512
_ROWS_AT_ONCE = 1_000
_SHORT = 20_000
"""Steps of SQLite's virtual machine (about 1 ms) after which a query is moved to a thread."""
_CHECKS = 4
"""How often a query is checked in so many steps.

SQLite counts the steps of all runs of a statement, so the first check of a run may come at once.
"""
_LONG_FOR = 32
"""How often a slow query runs in the thread before it is tried on the event loop again."""
_FIRST_PAUSE = 0.001
_LONGEST_PAUSE = 0.005
"""Seconds. A process that writes one transaction after the other gives way only briefly between
them, so rare attempts would miss that for seconds."""
_A_MOMENT = 0.2
"""The delay between two attempts while another process writes, in seconds."""
_OLDEST = (3, 35, 0)  # the first with RETURNING


def path_of(url: str) -> Path:
    """Return the file of a URL such as sqlite:///exchange.db. Raises ValueError."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ValueError(str(error)) from None
    if parsed.get_backend_name() != "sqlite":
        raise ValueError(f"the store can be kept in sqlite, not in {parsed.get_backend_name()}")
    if not parsed.database or parsed.database == ":memory:":
        raise ValueError(f"{url!r} names no file to keep the store in")
    return Path(parsed.database)


def is_open(path: Path) -> bool:
    """Return whether a connection has read or written this file.

    In exclusive mode, SQLite begins only if nobody else has the file open. It changes nothing.
    Raises Unavailable.
    """
    if not path.exists():
        return False
    try:
        with closing(sqlite3.connect(path, timeout=_A_MOMENT, isolation_level=None)) as connection:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        if _is(error, sqlite3.SQLITE_BUSY):
            return True
        raise _translated(error) from error
    return False


class SqliteConnection(Connection):
    """A connection, in autocommit until `begin`, for one caller at a time.

    Short statements run on the event loop, because handing one to a thread costs twenty times as
    much as running it. Statements that wait for the disk or another process, or take long, run in
    the connection's thread and do not block the event loop.

    It translates the driver's errors: Unavailable if the disk, the file or another process is the
    cause, Conflict if a constraint is violated, AssertionError if the statement is wrong.
    """

    def __init__(self, connection: sqlite3.Connection, thread: aiosqlite.Connection) -> None:
        self._connection = connection
        self._thread = thread
        """Runs calls on the same connection."""
        self._long: dict[str, int] = {}
        """For slow queries: how many more runs go directly to the thread."""

    @classmethod
    async def open(cls, path: Path, *, read_only: bool = False) -> Self:
        """Connect to a file. A writer creates it if it is missing. Raises Unavailable."""
        assert sqlite3.sqlite_version_info >= _OLDEST, f"SQLite {sqlite3.sqlite_version} is too old"
        opened = cls(*await _connect(path))
        try:
            for pragma in _READER if read_only else _WRITER:
                await opened._patiently(partial(opened._connection.execute, f"PRAGMA {pragma}"))
        except BaseException:
            await finished(opened.close())
            raise
        return opened

    async def close(self) -> None:
        """Close the connection, which rolls back uncommitted writes."""
        await self._thread.close()

    async def begin(self) -> None:
        """Begin a transaction as the only writer of the file. Wait while another process writes."""
        await self._patiently(lambda: self._connection.execute("BEGIN IMMEDIATE"))

    async def begin_reading(self) -> None:
        """Begin a read transaction: all reads see what is committed now, until `close`."""
        await self._patiently(lambda: self._connection.execute("BEGIN"))
        # BEGIN alone is deferred: the first read chooses the instant.
        await self._patiently(
            lambda: self._connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
        )

    async def commit(self) -> None:
        """Commit. It fails if SQLite has rolled back the transaction by itself."""
        await _waited_for(self._thread.execute("COMMIT"))

    async def rollback(self) -> None:
        """Roll back, if a transaction is open."""
        await _waited_for(self._thread.rollback())

    async def fetch(self, sql: str, values: Sequence[Any]) -> list[Any]:
        """Run a query and return its rows."""
        if self._long.get(sql):
            self._long[sql] -= 1
            return await self._fetch_in_thread(sql, values)
        checks = count()
        self._connection.set_progress_handler(lambda: next(checks) >= _CHECKS, _SHORT // _CHECKS)
        try:
            return self._connection.execute(sql, values).fetchall()
        except _DRIVER_ERRORS as error:
            if _is(error, sqlite3.SQLITE_INTERRUPT):
                self._long[sql] = _LONG_FOR
            elif not _is(error, sqlite3.SQLITE_BUSY):
                raise _translated(error) from error
        finally:
            self._connection.set_progress_handler(None, 0)
        return await self._fetch_in_thread(sql, values)

    async def _fetch_in_thread(self, sql: str, values: Sequence[Any]) -> list[Any]:
        rows = await _waited_for(
            self._thread.execute_fetchall(sql, values), on_cancel=self._connection.interrupt
        )
        return list(rows)

    async def fetch_written(
        self, sql: str, values: Sequence[Any], *, long: bool = False
    ) -> list[Any]:
        """Run a write statement and return the rows of its RETURNING clause."""
        if long:
            return list(await _waited_for(self._thread.execute_fetchall(sql, values)))
        return _in_place(lambda: self._connection.execute(sql, values).fetchall())

    async def execute(self, sql: str, values: Sequence[Any], *, long: bool = False) -> int:
        """Run a write statement and return the number of changed rows."""
        if long:
            return (await _waited_for(self._thread.execute(sql, values))).rowcount
        return _in_place(lambda: self._connection.execute(sql, values).rowcount)

    async def attempt(self, sql: str, values: Sequence[Any]) -> int:
        """Run like `execute`: SQLite rolls back no more than the statement."""
        return await self.execute(sql, values)

    async def set_savepoint(self) -> None:
        """Set a savepoint."""
        await self.execute("SAVEPOINT step", ())

    async def release_savepoint(self) -> None:
        """Release the innermost savepoint."""
        await self.execute("RELEASE step", ())

    async def undo_savepoint(self) -> None:
        """Roll back to the innermost savepoint, and release it."""
        await self.execute("ROLLBACK TO step", ())
        await self.execute("RELEASE step", ())

    async def lock(self, names: Collection[str]) -> None:
        """Do nothing, because a transaction locks the whole file."""

    async def execute_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        """Run a statement for each row of values and return the number of changed rows."""
        if len(rows) > _ROWS_AT_ONCE:
            return (await _waited_for(self._thread.executemany(sql, rows))).rowcount
        return _in_place(lambda: self._connection.executemany(sql, rows).rowcount)

    async def fetch_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> list[Any]:
        """Run a write statement for each row of values and return the rows of RETURNING."""
        return [one for values in rows for one in await self.fetch_written(sql, values)]

    async def execute_together(self, writes: Sequence[Write]) -> list[int]:
        """Run statements one after the other, each for all of its values."""
        counts = []
        for write in writes:
            rows = [*zip(*write.columns, strict=True)]
            changed = await self.execute_many(write.statement.sql, rows)
            if write.must_change and changed != len(rows):
                raise Unchanged(f"{len(rows) - changed} rows to change are not stored")
            counts.append(changed)
        return counts

    async def stream(self, sql: str, values: Sequence[Any]) -> AsyncIterator[Iterable[Any]]:
        """Run a statement and yield its rows in batches, all as of one instant."""
        cursor = await _waited_for(self._thread.execute(sql, values))
        while rows := list(await _waited_for(cursor.fetchmany(_ROWS_AT_ONCE))):
            yield rows

    async def _patiently(self, call: Callable[[], T]) -> T:
        """Retry a call while another process locks the file. SQLite's own wait blocks the loop."""
        give_up_at, pause = time.monotonic() + BUSY_TIMEOUT, _FIRST_PAUSE
        while True:
            try:
                return call()
            except _DRIVER_ERRORS as error:
                if not _is(error, sqlite3.SQLITE_BUSY) or time.monotonic() > give_up_at:
                    raise _translated(error) from error
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)


_WRITER = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "temp_store=MEMORY",
    "cache_size=-65536",
)
"""Savepoint journals stay in memory, and the page cache has 64 MiB."""
_READER = ("query_only=ON",)


async def _connect(path: Path) -> tuple[sqlite3.Connection, aiosqlite.Connection]:
    """Return a connection, and its thread. Raises Unavailable."""
    made: list[sqlite3.Connection] = []
    failures: list[sqlite3.Error] = []

    def connect() -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(
                path,
                timeout=0,  # `_patiently` waits
                isolation_level=None,
                cached_statements=_PREPARED_STATEMENTS,
                check_same_thread=False,
            )
        except sqlite3.Error as error:
            # A driver that never connected cannot be closed, and its thread would keep running.
            failures.append(error)
            connection = sqlite3.connect(":memory:", check_same_thread=False)
        made.append(connection)
        return connection

    thread = aiosqlite.Connection(connect, iter_chunk_size=_ROWS_AT_ONCE)

    async def wait() -> None:
        await thread

    try:
        await finished(wait())
        for failure in failures:
            raise _translated(failure) from failure
    except BaseException:
        await finished(thread.close())
        raise
    return made[0], thread


def _in_place(call: Callable[[], T]) -> T:
    """Call the driver on the event loop and return the result."""
    try:
        return call()
    except _DRIVER_ERRORS as error:
        raise _translated(error) from error


async def _waited_for(
    call: Coroutine[Any, Any, T], *, on_cancel: Callable[[], None] | None = None
) -> T:
    """Wait for a call in the thread and return its result.

    If the caller is cancelled, the call still completes, or ends early through `on_cancel`, because
    two threads must not use the connection at once.
    """
    try:
        return await finished(call, on_cancel=on_cancel)
    except _DRIVER_ERRORS as error:
        raise _translated(error) from error


_DRIVER_ERRORS = (sqlite3.Error, ValueError)


def _is(error: Exception, *codes: int) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in codes


def _translated(error: Exception) -> Exception:
    """Return the application's error for an error of the driver."""
    if isinstance(error, sqlite3.IntegrityError):
        return Conflict(str(error))
    if _is_outage(error):
        return Unavailable(what=STORE)
    return AssertionError(f"SQLite rejected a statement: {error}")


_DAMAGE = sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB
_CANNOT_WRITE = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
)


def trouble_of(path: Path, error: BaseException | None) -> Trouble | None:
    """Return what an error says that lasts about a file."""
    if not isinstance(error, sqlite3.Error) or not _is(error, *_DAMAGE, *_CANNOT_WRITE):
        return None
    return Trouble(f"{path}: {error}", is_damage=_is(error, *_DAMAGE))


_STATEMENT_AT_FAULT = {
    sqlite3.SQLITE_ERROR,
    sqlite3.SQLITE_TOOBIG,
    sqlite3.SQLITE_MISMATCH,
    sqlite3.SQLITE_MISUSE,
    sqlite3.SQLITE_RANGE,
}


def _is_outage(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return "clos" in str(error) or "no active connection" in str(error)
    return code & 0xFF not in _STATEMENT_AT_FAULT
