"""All that is SQLite's own: how to connect, what its errors mean, and the SQL that others lack."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar

import aiosqlite
from sqlalchemy import (
    ARRAY,
    URL,
    Column,
    Connection,
    Dialect,
    Table,
    event,
    make_url,
)
from sqlalchemy.dialects.sqlite.base import DATETIME, SQLiteDialect
from sqlalchemy.dialects.sqlite.dml import OnConflictDoNothing, OnConflictDoUpdate
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from ....ports.language.errors import Unavailable
from .constructs import (
    Holds,
    OnConflict,
    OneOf,
    OneOfRows,
    advisory_lock,
    gathered,
    start_of_day,
    start_of_hour,
    uuid_text,
)
from .driver import Connection as SqlConnection
from .errors import STORE, Conflict
from .finished import finished
from .payloads import encode

T = TypeVar("T")

BUSY_TIMEOUT = 5.0
"""Seconds to wait for another process that writes the same file."""
_PREPARED_STATEMENTS = 512
_ROWS_AT_ONCE = 1_000
_SHORT = 20_000
"""Steps of SQLite's machine, about a millisecond, after which a query goes on in a thread."""
_FIRST_PAUSE = 0.001
_LONGEST_PAUSE = 0.05
"""Seconds between two attempts while another process writes."""
_OLDEST = (3, 35, 0)  # the first with RETURNING

# ---- SQL -------------------------------------------------------------------------------------


class _Array(ARRAY[Any]):
    """A list as a JSON array, to be one parameter."""

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str]:
        write = self.item_type.dialect_impl(dialect).bind_processor(dialect)
        if write is None:
            return lambda values: encode(list(values))
        return lambda values: encode([write(value) for value in values])


class _Dialect(SQLiteDialect):
    supports_statement_cache = True
    colspecs = SQLiteDialect.colspecs | {ARRAY: _Array}


# JSON columns hold text that msgspec has written already, so there is nothing left to do to it.
DIALECT: Dialect = _Dialect(paramstyle="qmark", json_serializer=str, json_deserializer=str)


@compiles(OnConflict, "sqlite")
def _on_conflict(element: OnConflict, compiler: SQLCompiler, **kw: Any) -> str:
    unique, where, changed = element.unique, element.where, element.changed
    if changed is None:
        skip = OnConflictDoNothing(index_elements=unique, index_where=where)
        return compiler.process(skip, **kw)
    change = OnConflictDoUpdate(index_elements=unique, index_where=where, set_=dict(changed))
    return compiler.process(change, **kw)


@compiles(advisory_lock, "sqlite")
def _advisory_lock(*_: Any, **__: Any) -> str:
    return "NULL"  # one transaction at a time writes the file, which locks all of it


@compiles(OneOf, "sqlite")
def _one_of(element: OneOf, compiler: SQLCompiler, **kw: Any) -> str:
    column, values = (compiler.process(part, **kw) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608  # of our own texts


@compiles(OneOfRows, "sqlite")
def _one_of_rows(element: OneOfRows, compiler: SQLCompiler, **kw: Any) -> str:
    parts = list(element.clauses)
    columns, lists = parts[: len(parts) // 2], parts[len(parts) // 2 :]
    names = ", ".join(compiler.process(column, **kw) for column in columns)
    beside = "".join(
        f", json_extract({compiler.process(values, **kw)}, '$[' || key || ']')"
        for values in lists[1:]
    )
    first = compiler.process(lists[0], **kw)
    return f"({names}) IN (SELECT value{beside} FROM json_each({first}))"  # noqa: S608  # of our own texts


@compiles(Holds, "sqlite")
def _holds(element: Holds, compiler: SQLCompiler, **kw: Any) -> str:
    column, word = (compiler.process(part, **kw) for part in element.clauses)
    quoted = word.replace("'", '"')
    return f"instr({column}, '{quoted}') > 0"


@compiles(gathered, "sqlite")
def _gathered(element: gathered, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **kw)}))"


@compiles(uuid_text, "sqlite")
def _uuid_text(element: uuid_text, compiler: SQLCompiler, **kw: Any) -> str:
    text = compiler.process(element.clauses, **kw)
    parts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    return "(" + " || '-' || ".join(f"substr({text}, {at}, {length})" for at, length in parts) + ")"


@compiles(start_of_hour, "sqlite")
def _start_of_hour(element: start_of_hour, compiler: SQLCompiler, **kw: Any) -> str:
    return f"(substr({compiler.process(element.clauses, **kw)}, 1, 13) || ':00:00.000000')"


@compiles(start_of_day, "sqlite")
def _start_of_day(element: start_of_day, compiler: SQLCompiler, **kw: Any) -> str:
    return f"(substr({compiler.process(element.clauses, **kw)}, 1, 10) || ' 00:00:00.000000')"


def inserts_only(table: Table, message: str, *unique: Column[Any]) -> list[str]:
    """Return the DDL of triggers that let nobody change or delete a table's rows."""
    same = " OR ".join(f"{column.name} = NEW.{column.name}" for column in unique)
    triggers = {
        "update": f"UPDATE ON {table.name}",
        "delete": f"DELETE ON {table.name}",
        # INSERT OR REPLACE deletes what is in its way without asking the trigger above.
        "replace": f"""\
INSERT ON {table.name}
WHEN EXISTS (SELECT 1 FROM {table.name} WHERE {same})""",  # noqa: S608  # of our own texts
    }
    return [
        f"""\
CREATE TRIGGER {table.name}_{name} BEFORE {when}
BEGIN SELECT RAISE(ABORT, '{message}'); END"""
        for name, when in triggers.items()
    ]


# ---- values ----------------------------------------------------------------------------------


class InstantText(DATETIME):
    """An instant as SQLite keeps it: UTC to the microsecond, in words, without the zone.

    It is written and read in one step, for a row has many.
    """

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], str | None]:
        """Return how an instant is written."""
        return _instant_to_text

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[str | None], datetime | None]:
        """Return how an instant is read."""
        return _instant_of_text


def _instant_to_text(instant: datetime | None) -> str | None:
    if instant is None:
        return None
    assert instant.tzinfo is not None, f"{instant} has no time zone"
    return instant.astimezone(UTC).isoformat(" ", "microseconds")[:-6]  # all but +00:00


def _instant_of_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


# ---- connections -----------------------------------------------------------------------------


def path_of(url: str) -> Path:
    """Return the file that an URL such as sqlite:///exchange.db names. Raises ValueError."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ValueError(str(error)) from None
    if parsed.get_backend_name() != "sqlite":
        raise ValueError(f"the store can be kept in sqlite, not in {parsed.get_backend_name()}")
    if not parsed.database or parsed.database == ":memory:":
        raise ValueError(f"{url!r} names no file to keep the store in")
    return Path(parsed.database)


def migration_engine(url: str) -> AsyncEngine:
    """Return an engine whose transactions keep all other writers out and hold DDL together."""
    path = path_of(url)

    async def connect() -> aiosqlite.Connection:
        _, thread = await _connect(path, patience=BUSY_TIMEOUT)
        return thread

    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path)), async_creator=connect
    )

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


class SqliteConnection(SqlConnection):
    """One connection, in autocommit until `begin`, for one caller at a time.

    Short statements run where they are called: handing one to a thread costs twenty times as much
    as running it. What waits for the disk or for another process, or turns out to take long, runs
    in the connection's thread, and the event loop goes on.

    No error of the driver leaves it: Unavailable when the disk, the file or another process is at
    fault, Conflict when a constraint is, AssertionError when the statement is.
    """

    def __init__(self, connection: sqlite3.Connection, thread: aiosqlite.Connection) -> None:
        self._connection = connection
        self._thread = thread
        """Runs calls on the same connection."""

    @classmethod
    async def open(cls, path: Path, *, read_only: bool = False) -> Self:
        """Connect to a file, which a writer creates. Raises Unavailable."""
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
        """Close the connection, which undoes what was not committed."""
        await self._thread.close()

    async def begin(self) -> None:
        """Begin a transaction as the one writer of the file; waits while another process writes."""
        await self._patiently(lambda: self._connection.execute("BEGIN IMMEDIATE"))

    async def commit(self) -> None:
        """Make durable what was written since `begin`; fails if SQLite gave it up by itself."""
        await _waited_for(self._thread.execute("COMMIT"))

    async def rollback(self) -> None:
        """Undo what was written since `begin`; there may be nothing to undo."""
        await _waited_for(self._thread.rollback())

    async def fetch(self, sql: str, values: Sequence[Any]) -> list[Any]:
        """Run a query and return its rows."""
        self._connection.set_progress_handler(_stop, _SHORT)
        try:
            return self._connection.execute(sql, values).fetchall()
        except _DRIVER_ERRORS as error:
            if not _is(error, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_BUSY):
                raise _translated(error) from error
        finally:
            self._connection.set_progress_handler(None, 0)
        rows = await _waited_for(
            self._thread.execute_fetchall(sql, values), on_cancel=self._connection.interrupt
        )
        return list(rows)

    async def fetch_written(
        self, sql: str, values: Sequence[Any], *, long: bool = False
    ) -> list[Any]:
        """Run a statement that writes and return the rows that it gives back."""
        if long:
            return list(await _waited_for(self._thread.execute_fetchall(sql, values)))
        return _in_place(lambda: self._connection.execute(sql, values).fetchall())

    async def execute(self, sql: str, values: Sequence[Any], *, long: bool = False) -> int:
        """Run a statement that writes and return how many rows it changed."""
        if long:
            return (await _waited_for(self._thread.execute(sql, values))).rowcount
        return _in_place(lambda: self._connection.execute(sql, values).rowcount)

    async def execute_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        """Run a statement once for each row of values and return how many rows were changed."""
        if len(rows) > _ROWS_AT_ONCE:
            return (await _waited_for(self._thread.executemany(sql, rows))).rowcount
        return _in_place(lambda: self._connection.executemany(sql, rows).rowcount)

    async def stream(self, sql: str, values: Sequence[Any]) -> AsyncIterator[Iterable[Any]]:
        """Run a statement and yield its rows in portions, all as of one instant."""
        cursor = await _waited_for(self._thread.execute(sql, values))
        while rows := list(await _waited_for(cursor.fetchmany(_ROWS_AT_ONCE))):
            yield rows

    async def _patiently(self, call: Callable[[], T]) -> T:
        """Make a call again while another process is in its way. SQLite would stop the loop."""
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
"""What a savepoint saves stays in memory, and 64 MiB of pages are kept at hand."""
_READER = ("query_only=ON",)


async def _connect(
    path: Path, *, patience: float = 0
) -> tuple[sqlite3.Connection, aiosqlite.Connection]:
    """Return a connection, and the thread that it can be used in. Raises Unavailable.

    `patience` is how many seconds each statement waits for another process.
    """
    made: list[sqlite3.Connection] = []
    failures: list[sqlite3.Error] = []

    def connect() -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(
                path,
                timeout=patience,
                isolation_level=None,
                cached_statements=_PREPARED_STATEMENTS,
                check_same_thread=False,
            )
        except sqlite3.Error as error:
            # A driver that never connected cannot be closed, and its thread would go on by itself.
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
    """Return what a call of the driver returns that is made where it is asked for."""
    try:
        return call()
    except _DRIVER_ERRORS as error:
        raise _translated(error) from error


async def _waited_for(
    call: Coroutine[Any, Any, T], *, on_cancel: Callable[[], None] | None = None
) -> T:
    """Return what a call of the thread returns.

    It comes to its end, or to the one that `on_cancel` brings about, even when the caller is
    cancelled: the connection is not to be used in two threads at once.
    """
    try:
        return await finished(call, on_cancel=on_cancel)
    except _DRIVER_ERRORS as error:
        raise _translated(error) from error


_DRIVER_ERRORS = (sqlite3.Error, ValueError)


def _stop() -> bool:
    """Stop a statement that is run in place and has turned out to take long."""
    return True


def _is(error: Exception, *codes: int) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in codes


def _translated(error: Exception) -> Exception:
    """Return what an error of the driver is for the rest of the program."""
    if isinstance(error, sqlite3.IntegrityError):
        return Conflict(str(error))
    if _is_outage(error):
        return Unavailable(what=STORE)
    return AssertionError(f"the store refused a statement: {error}")


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
