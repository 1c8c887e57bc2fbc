"""The driver of PostgreSQL: a pool of connections."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from types import TracebackType
from typing import Any

from sqlalchemy import Dialect

from ....ports.language.errors import Unavailable, with_cause
from ....ports.language.pools import PoolUse, PoolWaits
from .condition import Trouble
from .driver import Connection, Driver, Snapshot, Write
from .errors import STORE, Conflict
from .finished import finished
from .limits import Limits
from .pool_use import acquired, use_of
from .postgres import DIALECT
from .postgres_connection import PostgresConnection, trouble_of

_log = logging.getLogger(__name__)

_LONG = 3_600.0
"""Seconds for a statement that reads everything."""


class PostgresDriver(Driver):
    """Uses a connection for each transaction and each read, up to a limit.

    Connections are opened when they are needed. The one that was used last is used first, so that
    its statements are prepared already.
    """

    def __init__(self, source: str, limits: Limits, name: str = "solebook") -> None:
        self._source = source
        self._limits = limits
        self._name = name
        self._idle: list[PostgresConnection] = []
        self._free = asyncio.Semaphore(limits.connections)
        self._waits = PoolWaits()

    @property
    def dialect(self) -> Dialect:
        return DIALECT

    # ---- life ----------------------------------------------------------------------------

    async def open(self) -> None:
        limits = self._limits
        patient = replace(limits, connecting=max(limits.connecting, limits.opening))
        self.give_back(await self._take(patient))

    async def close(self) -> None:
        try:
            async with asyncio.timeout(self._limits.patience):
                for _ in range(self._limits.connections):
                    await self._free.acquire()
        except TimeoutError:
            _log.warning("disconnecting from the store although work is under way")
        while self._idle:
            await self._idle.pop().close()

    def trouble_of(self, error: BaseException | None) -> Trouble | None:
        return trouble_of(error)

    # ---- the pool ------------------------------------------------------------------------

    def pools(self) -> Mapping[str, PoolUse]:
        return {"connections": use_of(self._free, self._limits.connections, self._waits)}

    async def take(self) -> PostgresConnection:
        """Return a connection, if necessary after waiting for a free one. Raises Unavailable."""
        return await self._take(self._limits)

    async def _take(self, limits: Limits) -> PostgresConnection:
        try:
            await acquired(self._free, limits.patience, self._waits)
        except TimeoutError:
            busy = TimeoutError(f"no connection was free within {limits.patience:g} s")
            raise Unavailable(what=STORE) from busy
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_lost:
                return connection
        try:
            return await PostgresConnection.open(self._source, limits, self._name)
        except BaseException:
            self._free.release()
            raise

    def give_back(self, connection: PostgresConnection, *, sound: bool = True) -> None:
        """Return a connection to the pool, or close it if it is in an unknown state."""
        if sound and not connection.is_lost:
            self._idle.append(connection)
        else:
            connection.terminate()
        self._free.release()

    # ---- writing -------------------------------------------------------------------------

    async def begin(self, *, urgent: bool = False) -> Connection:  # no transaction waits here
        connection = await self.take()
        try:
            await connection.begin()
        except BaseException:
            self.give_back(connection, sound=False)
            raise
        return connection

    async def commit(self, connection: Connection) -> None:
        assert isinstance(connection, PostgresConnection)
        try:
            await connection.commit()
        except BaseException:
            # The transaction may or may not be committed, as after a crash.
            self.give_back(connection, sound=False)
            raise
        self.give_back(connection)

    async def undo(self, connection: Connection) -> None:
        assert isinstance(connection, PostgresConnection)
        sound = False
        try:
            if not connection.is_lost:
                await connection.rollback()
                sound = True
        except Unavailable as error:
            why = with_cause(error)
            _log.warning("a transaction could not be rolled back; reconnecting: %s", why)
        except AssertionError:
            _log.exception("a transaction could not be rolled back; reconnecting")
        finally:
            self.give_back(connection, sound=sound)

    async def write(self, writes: Sequence[Write], *, urgent: bool = False) -> None:
        # One statement is a transaction, which needs no BEGIN and no COMMIT.
        async with _Lent(self) as connection:
            await connection.write(writes)

    # ---- reading -------------------------------------------------------------------------

    def reading(self) -> AbstractAsyncContextManager[Connection]:
        return _Lent(self)

    async def stream(self, sql: str, values: Sequence[Any]) -> AsyncGenerator[Iterable[Any], None]:
        async with self.snapshot() as snapshot:
            async for rows in snapshot.stream(sql, values):
                yield rows

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        long = replace(self._limits, statement=_LONG)
        connection = await PostgresConnection.open(self._source, long, self._name)
        try:
            await connection.begin_reading()
            yield connection
        finally:
            await finished(connection.close())


class _Lent(AbstractAsyncContextManager[PostgresConnection]):
    """The context of a single statement. A generator-based one would take longer."""

    __slots__ = ("_connection", "_driver")

    def __init__(self, driver: PostgresDriver) -> None:
        self._driver = driver

    async def __aenter__(self) -> PostgresConnection:
        self._connection = await self._driver.take()
        return self._connection

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # After a cancellation the server may still be busy with the statement.
        sound = error is None or isinstance(error, AssertionError | Conflict)
        self._driver.give_back(self._connection, sound=sound)
