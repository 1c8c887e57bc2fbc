"""SQLite's file: a connection that writes, for one transaction at a time, and some that read."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Dialect

from ....ports.language.errors import Unavailable
from .driver import Connection, Driver
from .errors import STORE
from .finished import finished
from .sqlite import DIALECT
from .sqlite_connection import SqliteConnection
from .sqlite_writer import SqliteWriter

_log = logging.getLogger(__name__)


class SqliteDriver(Driver):
    """Writes by one connection and reads by others, which never wait for the writer."""

    def __init__(self, path: Path, *, readers: int, patience: float) -> None:
        """Describe a file; `patience` is how many seconds to wait for a turn (Unavailable)."""
        self._path = path
        self._patience = patience
        self._readers = readers
        self._idle: list[SqliteConnection] = []
        self._reading = asyncio.Semaphore(readers)
        self._writer = SqliteWriter(path, patience=patience)

    @property
    def dialect(self) -> Dialect:
        return DIALECT

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
            _log.warning("disconnecting from the store while it is read")
        while self._idle:
            await self._idle.pop().close()

    # ---- writing -------------------------------------------------------------------------

    async def begin(self) -> Connection:
        return await self._writer.begin()

    async def commit(self, connection: Connection) -> None:  # there is one
        await self._writer.conclude()

    async def undo(self, connection: Connection) -> None:  # there is one
        await self._writer.undo()

    # ---- reading -------------------------------------------------------------------------

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        await self._take_reader()
        try:
            if self._idle:
                reader = self._idle.pop()
            else:
                reader = await SqliteConnection.open(self._path, read_only=True)
            sound = True
            try:
                yield reader
            except Unavailable:
                sound = False
                raise
            finally:
                if sound:
                    self._idle.append(reader)
                else:
                    await finished(reader.close())
        finally:
            self._reading.release()

    async def _take_reader(self) -> None:
        try:
            async with asyncio.timeout(self._patience if self._reading.locked() else None):
                await self._reading.acquire()
        except TimeoutError:
            raise Unavailable(what=STORE) from None

    async def stream(self, sql: str, values: Sequence[Any]) -> AsyncGenerator[Iterable[Any], None]:
        connection = await SqliteConnection.open(self._path, read_only=True)
        try:
            async for rows in connection.stream(sql, values):
                yield rows
        finally:
            await finished(connection.close())
