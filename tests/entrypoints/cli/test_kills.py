"""Whatever is killed while sixteen people trade, what was acknowledged is there, once."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from solebook.adapters.sql.migrate import migrate

from ...nats_server import NatsServer
from ...postgres_server import PostgresServer, running_postgres
from .killed_exchange import (
    ACROSS,
    APART,
    SPREAD,
    WHOLE,
    KilledExchange,
    Town,
    killed_exchange,
    settle,
)

pytestmark = pytest.mark.real

TOWN = "town"
"""The database that is copied for each test."""


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server that a test may kill."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="module")
def town(server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A database in which everybody has joined already."""
    url = server.create_database(TOWN)
    asyncio.run(migrate(url))
    return asyncio.run(settle(url, tmp_path_factory.mktemp(TOWN)))


@pytest.mark.parametrize(
    ("kill", "commands"),
    [
        pytest.param(KilledExchange.kill_process, APART, id="process"),
        pytest.param(KilledExchange.kill_engine, ACROSS, id="engine"),
        pytest.param(KilledExchange.kill_worker, SPREAD, id="worker"),
        pytest.param(KilledExchange.kill_backend, WHOLE, id="backend of PostgreSQL"),
        pytest.param(KilledExchange.kill_server, WHOLE, id="PostgreSQL"),
    ],
)
def test_what_was_acknowledged_is_there_once_whatever_is_killed(
    kill: Callable[[KilledExchange], float],
    commands: tuple[tuple[str, ...], ...],
    server: PostgresServer,
    town: Town,
    tmp_path: Path,
    nats_server: NatsServer,
    full: bool,
) -> None:
    database = kill.__name__
    server.create_database(database, TOWN)
    nats = nats_server.url if commands in (ACROSS, SPREAD) else None
    with killed_exchange(server, database, town, tmp_path, commands, nats) as exchange:
        for _ in range(20 if full else 1):
            exchange.round(kill)
        exchange.finish()
        print(exchange.told())  # `pytest -rP` shows it
