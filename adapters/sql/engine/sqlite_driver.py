"""The driver of SQLite: one connection that writes and several that read."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import Dialect

from ....ports.language.errors import Unavailable
from ....ports.language.pools import PoolUse, PoolWaits
from .condition import Trouble
from .driver import Connection, Driver, Snapshot, Write
from .errors import STORE
from .finished import finished
from .pool_use import acquired, use_of
from .sqlite import DIALECT
from .sqlite_connection import SqliteConnection, trouble_of
from .sqlite_writer import SqliteWriter

_log = logging.getLogger(__name__)


class SqliteDriver(Driver):
    """Uses one connection to write and others to read, which never wait for the writer."""

    def __init__(self, path: Path, *, readers: int, patience: float) -> None:
        """Create a driver; `patience` is how many seconds to wait for a turn (Unavailable)."""
        self._path = path
        self._patience = patience
        self._readers = readers
        self._idle: list[SqliteConnection] = []
        self._reading = asyncio.Semaphore(readers)
        self._waits = PoolWaits()
        self._writer = SqliteWriter(path, patience=patience)

    @property
    def dialect(self) -> Dialect:
        return DIALECT

    def trouble_of(self, error: BaseException | None) -> Trouble | None:
        return trouble_of(self._path, error)

    # ---- life ----------------------------------------------------------------------------

    async def open(self) -> None:
        await self._writer.open()

    async def close(self) -> None:
        await self._writer.close()
        try:
            async with asyncio.timeout(self._patience):
                for _ in range(self._readers):
                    await self._reading.acquire()
        except TimeoutError:
            _log.warning("disconnecting from the store although reads are under way")
        while self._idle:
            await self._idle.pop().close()

    # ---- writing -------------------------------------------------------------------------

    async def begin(self, *, urgent: bool = False) -> Connection:
        return await self._writer.begin(urgent=urgent)

    async def commit(self, connection: Connection) -> None:  # there is only one
        await self._writer.conclude()

    async def undo(self, connection: Connection) -> None:  # there is only one
        await self._writer.undo()

    async def write(self, writes: Sequence[Write], *, urgent: bool = False) -> None:
        connection = await self.begin(urgent=urgent)
        try:
            await connection.execute_together(writes)
        except BaseException:
            await self.undo(connection)
            raise
        await self.commit(connection)

    # ---- reading -------------------------------------------------------------------------

    def pools(self) -> Mapping[str, PoolUse]:
        readers = use_of(self._reading, self._readers, self._waits)
        return {"readers": readers, "writer": self._writer.use}

    def reading(self) -> AbstractAsyncContextManager[Connection]:
        return _Reading(self)

    async def take_reader(self) -> SqliteConnection:
        """Return a connection for one read. Raises Unavailable."""
        try:
            await acquired(self._reading, self._patience, self._waits)
        except TimeoutError:
            busy = TimeoutError(f"no connection was free within {self._patience:g} s")
            raise Unavailable(what=STORE) from busy
        if self._idle:
            return self._idle.pop()
        try:
            return await SqliteConnection.open(self._path, read_only=True)
        except BaseException:
            self._reading.release()
            raise

    async def return_reader(self, reader: SqliteConnection, *, sound: bool) -> None:
        """Return the connection to the pool, or close it if it is broken."""
        try:
            if sound:
                self._idle.append(reader)
            else:
                await finished(reader.close())
        finally:
            self._reading.release()

    async def stream(self, sql: str, values: Sequence[Any]) -> AsyncGenerator[Iterable[Any], None]:
        connection = await SqliteConnection.open(self._path, read_only=True)
        try:
            async for rows in connection.stream(sql, values):
                yield rows
        finally:
            await finished(connection.close())

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        connection = await SqliteConnection.open(self._path, read_only=True)
        try:
            await connection.begin_reading()
            yield connection
        finally:
            await finished(connection.close())


class _Reading(AbstractAsyncContextManager[Connection]):
    """The context of a read. A generator-based one would take longer than the read itself."""

    __slots__ = ("_driver", "_reader")

    def __init__(self, driver: SqliteDriver) -> None:
        self._driver = driver

    async def __aenter__(self) -> Connection:
        self._reader = await self._driver.take_reader()
        return self._reader

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._driver.return_reader(self._reader, sound=not isinstance(error, Unavailable))
