"""The SQL store, on a file that a test may open as often as it likes."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.sql.engine.limits import Limits
from solebook.adapters.sql.migrate import migrate
from solebook.composition.adapters import Store
from solebook.composition.sql_store import build_sql_store

from ...ports.records import Records
from ...postgres_server import PostgresServer


class OpenStore(Protocol):
    """Opens the file, as another process would."""

    def __call__(self, *, patience: float = ...) -> AbstractAsyncContextManager[Store]: ...


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with every table and no row, to be copied: a migration takes its time."""
    path = tmp_path_factory.mktemp("sql") / "empty.db"
    asyncio.run(_prepare(f"sqlite:///{path}"))
    return path


async def _prepare(url: str) -> None:
    await migrate(url)
    async with SqlDatabase(url):
        pass  # to turn its write-ahead log on, which takes longer than most tests


@pytest.fixture
def path(empty_database: Path, tmp_path: Path) -> Path:
    return Path(shutil.copyfile(empty_database, tmp_path / "solebook.db"))


@pytest.fixture
def url(path: Path) -> str:
    return f"sqlite:///{path}"


@pytest.fixture
async def database(url: str) -> AsyncIterator[SqlDatabase]:
    async with SqlDatabase(url) as database:
        yield database


@pytest.fixture
def store(database: SqlDatabase, clock: VirtualClock, ids: SeededIds) -> Store:
    return build_sql_store(database, clock=clock, ids=ids)


@pytest.fixture
def open_store(url: str, clock: VirtualClock, ids: SeededIds) -> OpenStore:
    @asynccontextmanager
    async def open_it(*, patience: float = 10.0) -> AsyncIterator[Store]:
        async with SqlDatabase(url, Limits(patience=patience)) as database:
            yield build_sql_store(database, clock=clock, ids=ids)

    return open_it


@pytest.fixture
def records(clock: VirtualClock, ids: SeededIds) -> Records:
    return Records(ids=ids, clock=clock)


@pytest.fixture(scope="session")
def empty_postgres_url(postgres_server: PostgresServer) -> str:
    """The URL of a database of which each test gets one without tables."""
    return postgres_server.create_database("empty")


@pytest.fixture
async def empty_postgres(empty_postgres_url: str) -> AsyncIterator[AsyncEngine]:
    """PostgreSQL without a table."""
    source = empty_postgres_url.replace("postgresql:", "postgresql+asyncpg:")
    engine = create_async_engine(source, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        await connection.exec_driver_sql("CREATE SCHEMA public")
    yield engine
    await engine.dispose()
