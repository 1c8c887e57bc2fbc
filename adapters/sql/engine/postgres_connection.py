"""Connections to PostgreSQL, and the translation of its errors."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self, TypeVar

import asyncpg  # type: ignore[import-untyped]  # it has no annotations
from sqlalchemy import Connection as SyncConnection
from sqlalchemy import event
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from ....ports.language.errors import Unavailable
from .condition import Trouble
from .driver import Connection, Snapshot, Write
from .errors import STORE, Conflict, Unchanged
from .limits import Limits
from .migrating import Migrating
from .postgres_batch import together
from .postgres_connecting import ADVICE, DRIVER_ERRORS, POOLED, connected
from .postgres_url import data_source

T = TypeVar("T")

_LOCK = """\
SELECT pg_advisory_xact_lock(hash) FROM (
    SELECT DISTINCT hashtextextended(name, 0) AS hash FROM unnest($1::text[]) AS name ORDER BY hash
) AS hashes"""

MIGRATIONS = "solebook migrations"
"""The name of the advisory lock under which a database is migrated."""
_AS_LONG_AS_IT_TAKES = """\
SELECT set_config(name, '0', {local}) FROM pg_settings
WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')"""
"""PostgreSQL has had the second since its version 17, and a role may have a value of its own."""
_ROWS_AT_ONCE = 1_000
_GOODBYE = 2.0
_AT_THE_START = 30.0
_FOR_EVER = 7 * 24 * 3_600.0


@asynccontextmanager
async def migrating(url: str) -> AsyncIterator[Migrating]:
    """Yield a connection in a transaction that includes DDL. They run one at a time."""
    source = data_source(url)

    async def connect() -> asyncpg.Connection:
        # The first of a process, which is busy with its own start.
        patient = Limits(connecting=_AT_THE_START, statement=_FOR_EVER)
        connection = await connected(source, patient, MIGRATIONS)
        await _translating(connection.execute(_AS_LONG_AS_IT_TAKES.format(local="false")))
        return connection

    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=connect, poolclass=NullPool, hide_parameters=True
    )

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: SyncConnection) -> None:
        connection.exec_driver_sql(
            f"SELECT pg_advisory_xact_lock(hashtextextended('{MIGRATIONS}', 0))"
        )

    try:
        async with engine.begin() as connection:
            yield connection
    finally:
        await engine.dispose()


class PostgresConnection(Connection, Snapshot):
    """A connection, in autocommit until `begin`, for one caller at a time.

    It translates the driver's errors: Unavailable if the server, the network, a timeout, a deadlock
    or a serialisation failure is the cause, Conflict if a constraint is violated, AssertionError if
    the statement is wrong.
    """

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._released: list[str] = []
        """Savepoints that the server is to release, the innermost last.

        It is told so together with the next one, because each message is a round trip.
        """

    @classmethod
    async def open(cls, source: str, limits: Limits, name: str = "solebook") -> Self:
        """Connect; `name` tells the server who it is.

        Raises Unavailable, and ValueError for an invalid URL.
        """
        return cls(await connected(source, limits, name))

    @property
    def is_lost(self) -> bool:
        """Whether the connection is closed, for example because the server has ended it."""
        return bool(self._connection.is_closed())

    async def close(self) -> None:
        """Close the connection, which rolls back uncommitted writes."""
        try:
            await self._connection.close(timeout=_GOODBYE)
        except DRIVER_ERRORS:
            self.terminate()

    def terminate(self) -> None:
        """Close the connection at once, without telling the server."""
        self._connection.terminate()

    async def begin(self) -> None:
        """Begin a transaction."""
        self._released.clear()
        await _translating(self._connection.execute("BEGIN"))

    async def commit(self) -> None:
        """Commit. Raises Unavailable; then the transaction may still have been committed."""
        status = await _translating(self._connection.execute("COMMIT"))
        if status != "COMMIT":  # PostgreSQL answers ROLLBACK if a statement had failed
            raise Unavailable(what=STORE)

    async def rollback(self) -> None:
        """Roll back the transaction."""
        await _translating(self._connection.execute("ROLLBACK"))

    async def fetch(self, sql: str, values: Sequence[Any]) -> list[Any]:
        """Run a query and return its rows."""
        return await _translating(self._connection.fetch(sql, *values))

    async def fetch_written(
        self, sql: str, values: Sequence[Any], *, long: bool = False
    ) -> list[Any]:
        """Run a write statement and return the rows of its RETURNING clause."""
        if long:
            return await self._without_limit(
                lambda: self._connection.fetch(sql, *values, timeout=_FOR_EVER)
            )
        return await _translating(self._connection.fetch(sql, *values))

    async def execute(self, sql: str, values: Sequence[Any], *, long: bool = False) -> int:
        """Run a write statement and return the number of changed rows."""
        if long:
            status = await self._without_limit(
                lambda: self._connection.execute(sql, *values, timeout=_FOR_EVER)
            )
        else:
            status = await _translating(self._connection.execute(sql, *values))
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def attempt(self, sql: str, values: Sequence[Any]) -> int:
        """Run a write statement; a conflict undoes only that statement."""
        await self._set_savepoint("attempt")
        try:
            changed = await self.execute(sql, values)
        except Conflict:
            await self._undo_savepoint("attempt")
            raise
        self._released.append("attempt")
        return changed

    async def set_savepoint(self) -> None:
        """Set a savepoint."""
        await self._set_savepoint("step")

    async def release_savepoint(self) -> None:
        """Release the innermost savepoint, together with the next message about one."""
        self._released.append("step")

    async def undo_savepoint(self) -> None:
        """Roll back to the innermost savepoint, and release it."""
        await self._undo_savepoint("step")

    async def _set_savepoint(self, name: str) -> None:
        released = "".join(f"RELEASE {one}; " for one in reversed(self._released))
        self._released.clear()
        await _translating(self._connection.execute(f"{released}SAVEPOINT {name}"))

    async def _undo_savepoint(self, name: str) -> None:
        # In a failed transaction, the server only rolls back: first to those inside this one.
        undone = [*reversed(self._released), name]
        self._released.clear()
        undo = "; ".join(f"ROLLBACK TO {one}; RELEASE {one}" for one in undone)
        await _translating(self._connection.execute(undo))

    async def lock(self, names: Collection[str]) -> None:
        """Lock names until the end of the transaction, by their hashes, the lowest first."""
        await _translating(self._connection.fetch(_LOCK, list(names)))

    async def listen(
        self, channel: str, hear: Callable[[str], None], *, when_lost: Callable[[], None]
    ) -> None:
        """Call `hear` with what other connections notify on a channel, until this one is lost."""

        def hear_others(_: object, process: int, __: str, payload: object) -> None:
            if process != self._connection.get_server_pid():
                hear(str(payload))

        self._connection.add_termination_listener(lambda _: when_lost())
        await _translating(self._connection.add_listener(channel, hear_others))

    async def execute_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        """Run a statement for each row of values and return the number of changed rows."""
        # asyncpg sends all rows in one go, but counts only the rows that come back.
        counted = sql if " RETURNING " in sql else f"{sql} RETURNING 1"
        return len(await self.fetch_many(counted, rows))

    async def fetch_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> list[Any]:
        """Run a write statement for each row of values and return the rows of RETURNING."""
        return list(await _translating(self._connection.fetchmany(sql, rows)))

    async def execute_together(self, writes: Sequence[Write]) -> list[int]:
        """Run statements for all of their values, as one statement."""
        return list(await self._write_together(writes))

    async def write(self, writes: Sequence[Write]) -> None:
        """Run statements for all of their values, as one statement that is a transaction."""
        await self._write_together(writes)

    async def _write_together(self, writes: Sequence[Write]) -> Sequence[int]:
        sql = together(
            tuple(write.statement for write in writes),
            frozenset(write.statement for write in writes if write.must_change),
        )
        arrays = [column for write in writes for column in write.columns]
        try:
            counts: Sequence[int] = await self._connection.fetchrow(sql, *arrays)
        except asyncpg.DivisionByZeroError as error:
            raise Unchanged("rows to change are not stored") from error
        except DRIVER_ERRORS as error:
            raise _translated(error) from error
        return counts

    async def begin_reading(self) -> None:
        """Begin a transaction in which all reads see the store as of one instant."""
        begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        await _translating(self._connection.execute(begin))
        # It holds no locks, so the reader may take its time.
        free = _AS_LONG_AS_IT_TAKES.format(local="true")
        await _translating(self._connection.execute(free))

    async def stream(self, sql: str, values: Sequence[Any]) -> AsyncIterator[Iterable[Any]]:
        """Run a query inside a transaction and yield its rows in batches."""
        cursor = await _translating(self._connection.cursor(sql, *values))
        while rows := await _translating(cursor.fetch(_ROWS_AT_ONCE)):
            yield rows

    async def _without_limit(self, call: Callable[[], Awaitable[T]]) -> T:
        await self.execute("SET LOCAL statement_timeout = 0", ())
        result = await _translating(call())
        await self.execute("SET LOCAL statement_timeout TO DEFAULT", ())
        return result


async def _translating(call: Awaitable[T]) -> T:
    """Await a call of the driver."""
    try:
        return await call
    except DRIVER_ERRORS as error:
        raise _translated(error) from error


_CONFLICTS = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)

_OUTAGES = {
    "08",  # the connection
    "25",  # the state of the transaction: this server has become a replica, or it was left alone
    "40",  # rolled back: a deadlock, or a serialisation failure
    "53",  # out of memory, disk or connections
    "55",  # what it needs is locked or not ready
    "57",  # shut down, starting, or cancelled
    "58",  # the machine
    "F0",  # the configuration
    "XX",  # damaged data
}


def _translated(error: Exception) -> Exception:
    """Return the application's error for an error of the driver."""
    if isinstance(error, asyncpg.PostgresError):
        error.detail = None  # it quotes the row, which may have personal data and secrets
    if isinstance(error, POOLED):
        error.hint = ADVICE
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        return Conflict(str(error))
    if _is_outage(error):
        unavailable = Unavailable(what=STORE)
        unavailable.is_conflict = isinstance(error, _CONFLICTS)
        return unavailable
    return AssertionError(f"PostgreSQL rejected a statement: {error}")


def trouble_of(error: BaseException | None) -> Trouble | None:
    """Return what an error says that lasts about the server's disk or its data."""
    if isinstance(error, asyncpg.DataCorruptedError | asyncpg.IndexCorruptedError):
        return Trouble(_told_by_server(error), is_damage=True)
    if isinstance(error, _CANNOT_WRITE):
        return Trouble(_told_by_server(error))
    return None


_CANNOT_WRITE = (
    asyncpg.DiskFullError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.PostgresIOError,
)


def _told_by_server(error: BaseException) -> str:
    what, *_ = str(error).splitlines()  # hints and details follow
    return f"PostgreSQL: {what}"


def _is_outage(error: Exception) -> bool:
    if isinstance(error, asyncpg.PostgresError):
        state = str(error.sqlstate or "")
        outdated = isinstance(error, asyncpg.InvalidCachedStatementError)
        return outdated or state[:2] in _OUTAGES
    if isinstance(error, asyncpg.InterfaceError):
        return "closed" in str(error)
    return True
