"""An exchange is restored from a dump, as the page about PostgreSQL says."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from solebook.composition.container import open_application
from solebook.composition.copying import settings_for
from solebook.ports.language.orders import OrderStatus

from ...exchange import Exchange
from ...postgres_server import PostgresServer
from .conftest import Run
from .exchanges import settings_of, traded


@pytest.fixture
def restored(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of a new database."""
    yield postgres_server.create_database("restored", template="template0")
    postgres_server.sql("DROP DATABASE restored WITH (FORCE)")


def test_a_dump_is_restored_verified_and_goes_on(
    folder: Path, run: Run, postgres_server: PostgresServer, postgres_url: str, restored: str
) -> None:
    order = traded(folder)
    assert run("admin", "copy", "--to", postgres_url).code == 0
    dump = postgres_server.folder / "solebook.dump"
    postgres_server.run("pg_dump", "--format", "custom", "--file", str(dump), postgres_url)
    postgres_server.run(
        "pg_restore", "--single-transaction", "--no-owner", "--dbname", restored, str(dump)
    )
    verified = run("admin", "verify", "--store", restored)
    assert (verified.code, verified.out[:22]) == (0, "no errors in 1 order, "), verified.out

    async def go_on() -> OrderStatus:
        async with open_application(settings_for(settings_of(folder), restored)) as app:
            exchange = Exchange(app)
            await exchange.ship(order.id)
            return (await exchange.order(order.id)).status

    assert asyncio.run(go_on()) is OrderStatus.SELLER_SHIPPING
