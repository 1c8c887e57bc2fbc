"""The adapters with which every contract suite runs."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from solebook.adapters.embedded.sqlite_journal import SqliteJournal
from solebook.adapters.memory.search_index import MemorySearchIndex
from solebook.adapters.memory.seeded import SeededIds, SeededRandomness
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.security.aes_cipher import AesCipher
from solebook.composition.adapters import Store
from solebook.composition.in_process_bus import build_dispatcher, build_in_process_bus
from solebook.composition.memory_store import build_memory_store
from solebook.ports.event_bus import EventBus
from solebook.ports.search_index import SearchIndex

from ..typesense_server import TypesenseServer
from .records import Records
from .shard import Shard
from .shelf import NAMES, Shelf

if TYPE_CHECKING:
    from solebook.adapters.sql.engine.database import SqlDatabase

# SQLAlchemy is imported only for SQLite's parameter, because the unit suite does not need it.


@pytest.fixture(scope="session", autouse=True)
def double_server() -> Iterator[None]:
    """Stop the server of the doubles, if a test started it."""
    yield
    if started := sys.modules.get(f"{__package__}.double_server"):
        started.DOUBLE_SERVER.stop()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables and no rows, to be copied, because migrations are slow."""
    path = tmp_path_factory.mktemp("sql") / "empty.db"
    asyncio.run(_prepare(f"sqlite:///{path}"))
    return path


async def _prepare(url: str) -> None:
    from solebook.adapters.sql.engine.database import SqlDatabase
    from solebook.adapters.sql.migrate import migrate

    await migrate(url)
    async with SqlDatabase(url):
        pass  # turns on the write-ahead log, which takes longer than most tests


@pytest.fixture
async def database(empty_database: Path, tmp_path: Path) -> AsyncIterator["SqlDatabase"]:
    """A file whose personal values are sealed. PostgreSQL's are stored as they are."""
    from solebook.adapters.sql.engine.database import SqlDatabase

    path = shutil.copyfile(empty_database, tmp_path / "solebook.db")
    async with SqlDatabase(f"sqlite:///{path}", cipher=AesCipher(SECRETS, "first")) as database:
        yield database


@pytest.fixture
async def postgres_database(postgres_url: str) -> AsyncIterator["SqlDatabase"]:
    """A database in which personal values are sealed, as in the other one."""
    from solebook.adapters.sql.engine.database import SqlDatabase

    async with SqlDatabase(postgres_url, cipher=AesCipher(SECRETS, "first")) as database:
        yield database


SECRETS = {"first": b"f" * 32}
DATABASES = {"sqlite": "database", "postgres": "postgres_database"}


@pytest.fixture(params=["memory", *DATABASES])
def store(request: pytest.FixtureRequest, clock: VirtualClock, ids: SeededIds) -> Store:
    """An empty store of each technology."""
    if request.param == "memory":
        return build_memory_store(clock=clock, ids=ids)
    from solebook.composition.sql_store import build_sql_store

    database = request.getfixturevalue(DATABASES[request.param])
    return build_sql_store(database, clock=clock, ids=ids)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[SqliteJournal]:
    """The journal of an embedded payment provider."""
    journal = SqliteJournal(tmp_path / "provider.sqlite")
    yield journal
    journal.close()


@pytest.fixture
def records(clock: VirtualClock, ids: SeededIds) -> Records:
    return Records(ids=ids, clock=clock)


@pytest.fixture
async def shard(store: Store, records: Records, clock: VirtualClock) -> Shard:
    return Shard(store, records, await store.books.take(0, clock.now()))


@pytest.fixture
async def typesense_index(typesense_server: TypesenseServer) -> AsyncIterator[SearchIndex]:
    from ..typesense_indexes import open_typesense_index

    async with open_typesense_index(typesense_server) as index:
        yield index


@pytest.fixture(params=["memory", *DATABASES, "typesense"])
def shelf(request: pytest.FixtureRequest, ids: SeededIds) -> Shelf:
    """An empty search index of each technology."""
    if request.param == "memory":
        return Shelf(MemorySearchIndex(), ids)
    if request.param == "typesense":
        return Shelf(request.getfixturevalue("typesense_index"), ids)
    from solebook.adapters.sql.search.postgres_search_index import PostgresSearchIndex
    from solebook.adapters.sql.search.sqlite_search_index import SqliteSearchIndex

    build = SqliteSearchIndex if request.param == "sqlite" else PostgresSearchIndex
    return Shelf(build(request.getfixturevalue(DATABASES[request.param])), ids)


@pytest.fixture
async def full(shelf: Shelf) -> Shelf:
    """A search index with some products."""
    for name in NAMES:
        await shelf.add(name)
    return shelf


@pytest.fixture
def another_bus(
    store: Store, clock: VirtualClock, ids: SeededIds, randomness: SeededRandomness
) -> EventBus:
    """The bus of another process on the same store."""
    return build_in_process_bus(store, clock=clock, ids=ids, randomness=randomness)


@pytest.fixture(params=["in_process", "nats"])
async def bus(
    request: pytest.FixtureRequest,
    store: Store,
    clock: VirtualClock,
    ids: SeededIds,
    randomness: SeededRandomness,
) -> AsyncIterator[EventBus]:
    """The bus, within the process and over NATS."""
    if request.param == "in_process":
        yield build_in_process_bus(store, clock=clock, ids=ids, randomness=randomness)
        return
    from .carried_bus import carried_bus

    server = request.getfixturevalue("nats_server")
    dispatcher = build_dispatcher(store, clock=clock, ids=ids, randomness=randomness)
    async with carried_bus(server.url, dispatcher) as bus:
        yield bus
