"""The pool of connections to PostgreSQL: its limits, and whoever stops in the middle."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.sql.engine.limits import Limits
from solebook.adapters.sql.engine.postgres_connection import PostgresConnection
from solebook.composition.container import open_application
from solebook.config.settings import SecuritySettings, Settings, StoreSettings
from solebook.entrypoints.http.app import create_app
from solebook.ports.language.errors import Unavailable

from ...postgres_server import PostgresServer

PATIENCE = 30.0
ONE = Limits(connections=1, patience=PATIENCE)


async def lock(database: SqlDatabase, name: str = "name") -> None:
    """Lock a name in a transaction, if necessary after waiting for a connection and for others."""
    async with database.transaction():
        await database.lock(name)


async def turns(count: int = 3) -> None:
    """Let all others go as far as they can without the server."""
    for _ in range(count):
        await asyncio.sleep(0)


async def cancelled(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, PATIENCE)


@pytest.fixture
def mute() -> Iterator[socket.socket]:
    """A port on which nobody ever answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


def url_of(listening: socket.socket) -> str:
    port = listening.getsockname()[1]
    return f"postgresql://nobody@127.0.0.1:{port}/solebook?sslmode=disable"


class Line:
    """A line between clients and the server. It can go dead, and then says nothing to either."""

    def __init__(self, server: PostgresServer) -> None:
        self._socket = server.folder / ".s.PGSQL.5432"
        self._tasks: list[asyncio.Task[None]] = []
        self._ends: list[asyncio.StreamWriter] = []

    @asynccontextmanager
    async def url(self, database: str) -> AsyncIterator[str]:
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        yield f"postgresql://postgres@127.0.0.1:{port}/{database}?sslmode=disable"
        self.go_dead()
        server.close()
        for end in self._ends:
            end.close()

    def go_dead(self) -> None:
        """Pass on nothing more of the connections that there are. New ones work."""
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()

    async def _connect(self, near: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        far, away = await asyncio.open_unix_connection(str(self._socket))
        self._ends += [to, away]
        for reader, writer in ((near, away), (far, to)):
            self._tasks.append(asyncio.create_task(self._pass_on(reader, writer)))

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while sent := await reader.read(65_536):
            writer.write(sent)
        writer.close()


@pytest.fixture
def line(postgres_server: PostgresServer, migrated_postgres: str) -> Line:
    return Line(postgres_server)


# ---- cancelled requests --------------------------------------------------------------------------


async def test_a_caller_that_is_cancelled_while_it_waits_takes_no_connection(
    postgres_url: str,
) -> None:
    async with SqlDatabase(postgres_url, ONE) as database:
        async with database.transaction():
            await database.lock("name")
            waiting = asyncio.create_task(lock(database))
            await turns()
            await cancelled(waiting)
        await asyncio.wait_for(lock(database), PATIENCE)


async def test_a_caller_that_is_cancelled_as_its_turn_comes_passes_it_on(
    postgres_url: str,
) -> None:
    async with SqlDatabase(postgres_url, ONE) as database:
        async with database.transaction():
            await database.lock("name")
            first, second = (asyncio.create_task(lock(database)) for _ in range(2))
            await turns()
        await cancelled(first)
        await asyncio.wait_for(second, PATIENCE)


async def test_a_caller_that_is_cancelled_while_it_connects_takes_no_connection(
    mute: socket.socket,
) -> None:
    limits = Limits(connections=1, patience=0.05, connecting=PATIENCE)
    driver = SqlDatabase(url_of(mute), limits)._driver
    for _ in range(2):
        opening = asyncio.create_task(driver.open())
        called, _ = await asyncio.get_running_loop().sock_accept(mute)
        with called:
            with pytest.raises(Unavailable) as refused:  # there is one place, and it is taken
                await driver.open()
            assert str(refused.value.__cause__) == "no connection was free within 0.05 s"
            await cancelled(opening)


async def test_a_server_that_does_not_answer_is_waited_for_only_so_long(
    mute: socket.socket,
) -> None:
    with pytest.raises(Unavailable) as refused:
        await SqlDatabase(url_of(mute), Limits(connecting=0.05))._driver.open()
    assert str(refused.value.__cause__) == "PostgreSQL did not answer within 0.05 s"


async def test_the_first_connection_of_a_process_is_waited_for_longer(mute: socket.socket) -> None:
    driver = SqlDatabase(url_of(mute), Limits(connecting=0.05, opening=0.1))._driver
    for connecting, seconds in ((driver.open, "0.1"), (driver.begin, "0.05")):
        with pytest.raises(Unavailable) as refused:
            await connecting()
        assert str(refused.value.__cause__) == f"PostgreSQL did not answer within {seconds} s"


# ---- transactions that are left alone ------------------------------------------------------------


async def test_a_transaction_that_is_left_alone_gives_its_locks_back(postgres_url: str) -> None:
    hanging = SqlDatabase(postgres_url, Limits(left_alone=0.05))
    async with hanging, SqlDatabase(postgres_url, Limits(statement=PATIENCE)) as other:

        async def hang() -> None:
            async with hanging.transaction():
                await hanging.lock("name")
                await asyncio.create_task(lock(other))  # waits until the server has ended the first
                await hanging.lock("another name")

        with pytest.raises(Unavailable):
            await hang()
        await lock(hanging)


async def test_a_snapshot_that_is_left_alone_stays(postgres_url: str) -> None:
    driver = SqlDatabase(postgres_url, Limits(left_alone=0.05))._driver
    async with driver.snapshot() as snapshot, SqlDatabase(postgres_url) as other:
        await snapshot.fetch("SELECT 1", ())
        async with other._driver.reading() as connection:
            await connection.fetch("SELECT pg_sleep(0.2)", ())
        assert (await snapshot.fetch("SELECT 2", ()))[0][0] == 2


# ---- peers that are gone -------------------------------------------------------------------------


async def test_a_line_that_goes_dead_is_an_outage_and_a_new_one_is_made(line: Line) -> None:
    limits = Limits(connections=1, statement=2.0, grace=0.5)
    async with line.url("store") as url, SqlDatabase(url, limits) as database:
        await lock(database)
        line.go_dead()
        with pytest.raises(Unavailable):
            await asyncio.wait_for(lock(database), PATIENCE)
        await asyncio.wait_for(lock(database), PATIENCE)


async def test_both_sides_look_whether_the_other_is_still_there(line: Line) -> None:
    async with line.url("store") as url:
        connection = await PostgresConnection.open(url, Limits())
        ours = connection._connection._transport.get_extra_info("socket")
        assert ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 5
        interval = "SELECT current_setting('client_connection_check_interval')"
        assert (await connection.fetch(interval, ()))[0][0] == "5s"
        await connection.close()


# ---- who is connected ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["solebook http on db-1", "x" * 70])
async def test_the_server_knows_who_is_connected(postgres_url: str, name: str) -> None:
    database = SqlDatabase(postgres_url, name=name)
    async with database, database._driver.reading() as connection:
        assert (await connection.fetch("SHOW application_name", ()))[0][0] == name[:63]


# ---- from outside --------------------------------------------------------------------------------


async def test_a_request_that_waits_too_long_for_a_connection_gets_503(
    postgres_url: str, tmp_path: Path
) -> None:
    settings = Settings(
        folder=str(tmp_path),
        store=StoreSettings(url=postgres_url, connections=2, patience=timedelta(seconds=0.1)),
        security=SecuritySettings(bcrypt_cost=4),
    )
    async with open_application(settings) as application:
        transport = httpx.ASGITransport(create_app(application))  # type: ignore[arg-type]
        transaction, sessions = application.adapters.store.transaction, asyncio.Barrier(3)
        ended = asyncio.Event()

        async def keep_one() -> None:
            async with transaction():
                await application.adapters.store.signs_of_life.latest()
                await sessions.wait()
                await ended.wait()

        kept = [asyncio.create_task(keep_one()) for _ in range(2)]
        await sessions.wait()
        async with httpx.AsyncClient(transport=transport, base_url="http://market.test") as client:
            refused = await client.get("/v1/products")
            ended.set()
            await asyncio.gather(*kept)
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
            assert (await client.get("/v1/products")).status_code == 200
