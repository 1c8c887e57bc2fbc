"""All that is SQLite's own: how to connect, what its errors mean, and the SQL that others lack."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Self, TypeAlias, TypeVar

import aiosqlite
from sqlalchemy import (
    URL,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    String,
    Table,
    event,
    make_url,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import Insert, insert
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from ...ports.language.errors import Unavailable
from .finished import finished

T = TypeVar("T")

Change: TypeAlias = Callable[[Any, Any], dict[str, ColumnElement[Any]]]
"""Makes columns' values of the row that is there and the one that was to be inserted."""

STORE = "the store"
BUSY_TIMEOUT = 5.0
"""Seconds to wait for another process that writes the same file."""
_PREPARED_STATEMENTS = 512
_ROWS_AT_ONCE = 1_000
_OLDEST = (3, 35, 0)  # the first with RETURNING

# JSON columns hold text that msgspec has written already, so there is nothing left to do to it.
DIALECT: Dialect = sqlite.dialect(paramstyle="qmark", json_serializer=str, json_deserializer=str)


class Conflict(Exception):
    """A constraint of the schema refused a row. Only that statement was undone."""


# ---- SQL -------------------------------------------------------------------------------------


def insert_or_skip(
    table: Table, *unique: Column[Any], where: ColumnElement[bool] | None = None
) -> Insert:
    """Return an INSERT that leaves a row alone that has the same unique columns."""
    return insert(table).on_conflict_do_nothing(index_elements=unique, index_where=where)


def insert_or_replace(table: Table, *unique: Column[Any], change: Change | None = None) -> Insert:
    """Return an INSERT that changes a row that has the same unique columns.

    All its other columns get their new values, but for those that `change` makes.
    """
    adding = insert(table)
    values: dict[str, Any] = {
        c.name: adding.excluded[c.name] for c in table.c if c not in set(unique)
    }
    if change is not None:
        values |= change(table.c, adding.excluded)
    return adding.on_conflict_do_update(index_elements=unique, set_=values)


class each(GenericFunction[Any]):
    """The elements of a JSON array, so that a list of any length is one parameter."""

    inherit_cache = True


@compiles(each, "sqlite")
def _each(element: each, compiler: SQLCompiler, **kw: Any) -> str:
    array = compiler.process(element.clause_expr, **kw)
    return f"(SELECT value FROM json_each{array})"  # noqa: S608  # no text of a user's is in it


class uuid_text(GenericFunction[Any]):
    """A UUID as text with its dashes, as keys of messages are written."""

    inherit_cache = True
    type = String()


@compiles(uuid_text, "sqlite")
def _uuid_text(element: uuid_text, compiler: SQLCompiler, **kw: Any) -> str:
    text = compiler.process(element.clause_expr.element, **kw).strip("()")
    parts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    return "(" + " || '-' || ".join(f"substr({text}, {at}, {length})" for at, length in parts) + ")"


class gathered(GenericFunction[Any]):
    """The rows of a subquery as one JSON array of arrays, in no order."""

    inherit_cache = True
    type = String()


@compiles(gathered, "sqlite")
def _gathered(element: gathered, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_group_array(json_array{compiler.process(element.clause_expr, **kw)})"


class truncated(GenericFunction[Any]):
    """An instant's text cut to as many characters as name its day (10) or its hour (13)."""

    inherit_cache = True
    type = String()


@compiles(truncated, "sqlite")
def _truncated(element: truncated, compiler: SQLCompiler, **kw: Any) -> str:
    instant, length = element.clauses
    return f"substr({compiler.process(instant, **kw)}, 1, {compiler.process(length, **kw)})"


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
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path)), async_creator=lambda: _connect(path)
    )

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


class SqliteConnection:
    """One connection with a thread of its own, in autocommit until `begin`.

    A call that is cancelled still runs to its end in that thread, before any call after it. No
    error of the driver leaves it: Unavailable when the disk, the file or another process is at
    fault, Conflict when a constraint is, AssertionError when the statement is.
    """

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, path: Path, *, read_only: bool = False) -> Self:
        """Connect to a file, which a writer creates. Raises Unavailable."""
        assert sqlite3.sqlite_version_info >= _OLDEST, f"SQLite {sqlite3.sqlite_version} is too old"
        opened = cls(await _translated(_connect(path)))
        try:
            for pragma in _READER if read_only else _WRITER:
                await opened.fetch(f"PRAGMA {pragma}", ())
        except BaseException:
            await finished(opened.close())
            raise
        return opened

    async def close(self) -> None:
        """Close the connection, which undoes what was not committed."""
        await self._connection.close()

    async def begin(self) -> None:
        """Begin a transaction as the one writer of the file."""
        await self.execute("BEGIN IMMEDIATE", ())

    async def commit(self) -> None:
        """Make durable what was written since `begin`; fails if SQLite gave it up by itself."""
        await self.execute("COMMIT", ())

    async def rollback(self) -> None:
        """Undo what was written since `begin`; there may be nothing to undo."""
        await _translated(self._connection.rollback())

    async def fetch(self, sql: str, values: Sequence[Any]) -> Iterable[Any]:
        """Run a statement and return its rows."""
        return await _translated(self._connection.execute_fetchall(sql, values))

    async def execute(self, sql: str, values: Sequence[Any]) -> int:
        """Run a statement and return how many rows it changed."""
        return (await _translated(self._connection.execute(sql, values))).rowcount

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> int:
        """Run a statement once for each row of values and return how many rows were changed."""
        return (await _translated(self._connection.executemany(sql, rows))).rowcount

    async def stream(self, sql: str, values: Sequence[Any]) -> AsyncIterator[Iterable[Any]]:
        """Run a statement and yield its rows in portions, all as of one instant."""
        cursor = await _translated(self._connection.execute(sql, values))
        while rows := list(await _translated(cursor.fetchmany(_ROWS_AT_ONCE))):
            yield rows


_WRITER = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
_READER = ("query_only=ON",)


async def _connect(path: Path) -> aiosqlite.Connection:
    failures: list[sqlite3.Error] = []

    def connect() -> sqlite3.Connection:
        try:
            return sqlite3.connect(
                path,
                timeout=BUSY_TIMEOUT,
                isolation_level=None,
                cached_statements=_PREPARED_STATEMENTS,
            )
        except sqlite3.Error as error:
            # A driver that never connected cannot be closed, and its thread would go on by itself.
            failures.append(error)
            return sqlite3.connect(":memory:")

    connection = aiosqlite.Connection(connect, iter_chunk_size=_ROWS_AT_ONCE)

    async def wait() -> None:
        await connection

    try:
        await finished(wait())
        for failure in failures:
            raise failure
    except BaseException:
        await finished(connection.close())
        raise
    return connection


async def _translated(call: Awaitable[T]) -> T:
    try:
        return await call
    except sqlite3.IntegrityError as error:
        raise Conflict(str(error)) from error
    except (sqlite3.Error, ValueError) as error:
        if _is_outage(error):
            raise Unavailable(what=STORE) from error
        raise AssertionError(f"the store refused a statement: {error}") from error


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
