"""A transaction on a SQLite file that Alembic may use."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.pool import NullPool

from .finished import finished
from .migrating import Migrating
from .sqlite_connection import BUSY_TIMEOUT, path_of

T = TypeVar("T")


@asynccontextmanager
async def migrating(url: str, *, only_reads: bool = False) -> AsyncIterator[Migrating]:
    """Yield a connection in a transaction that includes DDL and blocks all other writers.

    One that `only_reads` blocks nobody, and waits for nobody who writes. Errors are SQLAlchemy's.
    """
    engine = create_engine(
        URL.create("sqlite", database=str(path_of(url))),
        connect_args={"timeout": BUSY_TIMEOUT, "isolation_level": None},
        poolclass=NullPool,
        hide_parameters=True,  # they may be personal data and secrets
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")

    transaction = engine.begin()
    with ThreadPoolExecutor(1, "migrating") as thread:
        try:
            connection = await _in(thread, transaction.__enter__)
            yield _InThread(thread, connection)
        except BaseException as error:
            await _in(
                thread, partial(transaction.__exit__, type(error), error, error.__traceback__)
            )
            raise
        await _in(thread, partial(transaction.__exit__, None, None, None))


class _InThread(Migrating):
    def __init__(self, thread: ThreadPoolExecutor, connection: Connection) -> None:
        self._thread = thread
        self._connection = connection

    async def run_sync(self, call: Callable[[Connection], T], /) -> T:
        return await _in(self._thread, partial(call, self._connection))


async def _in(thread: ThreadPoolExecutor, call: Callable[[], T]) -> T:
    """Call in the thread. A cancellation waits for it."""

    async def called() -> T:
        return await asyncio.get_running_loop().run_in_executor(thread, call)

    return await finished(called())
