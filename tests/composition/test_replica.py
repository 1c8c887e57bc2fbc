"""A replica of the store answers what is only shown, while it works and is not far behind."""

import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.application import Application
from solebook.composition.container import open_application
from solebook.composition.health import view_health_of
from solebook.config.settings import SecuritySettings, Settings, StoreSettings
from solebook.core.search.documents import document_of
from solebook.ports.language.analytics import Sale
from solebook.ports.language.catalog import Product
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.market import BookKey, Condition, Size
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.search import SearchQuery

from ..ports.records import Records
from ..postgres_server import PostgresServer

FAR = timedelta(hours=1)
PAGE = PageRequest(limit=10)


@pytest.fixture(scope="module")
def following(postgres_server: PostgresServer, migrated_postgres: str) -> Iterator[PostgresServer]:
    """A server that follows the tests' own."""
    with postgres_server.replica() as replica:
        yield replica


@pytest.fixture
def replica(following: PostgresServer, postgres_url: str) -> Iterator[PostgresServer]:
    """The same, which goes on after the test, whatever that did to it."""
    yield following
    if not following.is_running:
        following.start()
    following.sql("SELECT pg_wal_replay_resume()")


@pytest.fixture
def settings(replica: PostgresServer, postgres_url: str, tmp_path: Path) -> Settings:
    return settings_of(replica.url("store"), postgres_url, tmp_path)


def settings_of(replica_url: str, url: str, folder: Path, *, max_lag: timedelta = FAR) -> Settings:
    return Settings(
        folder=str(folder),
        security=SecuritySettings(bcrypt_cost=4),
        store=StoreSettings(url=url, replica_url=replica_url, replica_max_lag=max_lag),
    )


class Catalogue:
    """A product in an exchange, what is sold of it, and what is shown."""

    def __init__(self, app: Application, records: Records) -> None:
        self._app = app
        self._store = app.adapters.store
        self._records = records
        self.product: Product = records.product()

    async def open(self) -> None:
        async with self._store.transaction():
            await self._store.products.add(self.product)
        await self._app.adapters.search_index.put(document_of(self.product))

    async def sell(self) -> Sale:
        sale = self._records.sale(BookKey(self.product.id, Size("10"), Condition.NEW))
        async with self._store.transaction():
            await self._store.tape.record(sale)
        return sale

    async def shown(self) -> int:
        """Return how many sales are shown."""
        return len((await self._app.analytics.list_sales(self.product.id, PAGE)).items)

    async def health(self) -> tuple[str, Unavailable | None]:
        """Return the state of the replica, and why it is not used."""
        found = (await view_health_of(self._app)())["replica"]
        assert found.is_optional
        return found.state, found.refusal

    async def found(self) -> int:
        return (await self._app.search.search_products(SearchQuery(self.product.model))).total


@asynccontextmanager
async def opened(settings: Settings, records: Records) -> AsyncIterator[Catalogue]:
    async with open_application(settings) as app:
        catalogue = Catalogue(app, records)
        await catalogue.open()
        yield catalogue


def arrived(server: PostgresServer, replica: PostgresServer, *, what: str = "replay") -> None:
    """Wait until the replica has received, or has replayed, what the server has written."""
    written = server.sql("SELECT pg_current_wal_lsn()").strip()
    has = f"SELECT coalesce(pg_last_wal_{what}_lsn() >= '{written}', false)"
    while replica.sql(has).strip() != "t":
        pass  # each look is a call to the server


def connections(server: PostgresServer) -> int:
    counted = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'solebook %'"
    return int(server.sql(counted))


@pytest.fixture
def records(clock: VirtualClock, ids: SeededIds) -> Records:
    return Records(ids=ids, clock=clock)


async def test_sales_and_the_search_are_read_from_the_replica(
    settings: Settings, postgres_server: PostgresServer, replica: PostgresServer, records: Records
) -> None:
    async with opened(settings, records) as catalogue:
        await catalogue.sell()
        arrived(postgres_server, replica)
        assert (await catalogue.shown(), await catalogue.found()) == (1, 1)
        assert connections(replica) == 1


async def test_a_replica_that_lags_shows_what_it_has_and_decides_nothing(
    settings: Settings, postgres_server: PostgresServer, replica: PostgresServer, records: Records
) -> None:
    async with opened(settings, records) as catalogue:
        await catalogue.sell()
        arrived(postgres_server, replica)
        replica.sql("SELECT pg_wal_replay_pause()")
        sale = await catalogue.sell()
        assert await catalogue.shown() == 1
        assert await catalogue._store.tape.count(catalogue.product.id) == 2
        async with catalogue._store.transaction():
            await catalogue._store.tape.void(sale.order_id)
        replica.sql("SELECT pg_wal_replay_resume()")
        arrived(postgres_server, replica)
        assert await catalogue.shown() == 1


async def test_the_store_answers_for_a_replica_that_lags_too_much(
    postgres_url: str,
    tmp_path: Path,
    postgres_server: PostgresServer,
    replica: PostgresServer,
    records: Records,
    caplog: pytest.LogCaptureFixture,
) -> None:
    replica.sql("SELECT pg_wal_replay_pause()")
    url = replica.url("store")
    at_once = settings_of(url, postgres_url, tmp_path, max_lag=timedelta(0))
    async with opened(at_once, records) as catalogue:
        await catalogue.sell()
        arrived(postgres_server, replica, what="receive")
        assert await catalogue.shown() == 1
    assert "s behind" in caplog.text


async def test_the_store_answers_for_a_replica_that_shows_everything_late(
    postgres_url: str, tmp_path: Path, postgres_server: PostgresServer, records: Records
) -> None:
    with postgres_server.replica("recovery_min_apply_delay=1h") as late:
        settings = settings_of(
            late.url("store"), postgres_url, tmp_path, max_lag=timedelta(minutes=1)
        )
        async with opened(settings, records) as catalogue:
            await catalogue.sell()
            arrived(postgres_server, late, what="receive")
            assert await catalogue.shown() == 1


async def test_the_store_answers_for_a_replica_that_dies_and_then_at_once(
    settings: Settings, postgres_server: PostgresServer, replica: PostgresServer, records: Records
) -> None:
    async with opened(settings, records) as catalogue:
        await catalogue.sell()
        arrived(postgres_server, replica)
        assert await catalogue.shown() == 1
        assert await catalogue.health() == ("answers", None)
        replica.kill()
        for _ in range(20):
            assert (await catalogue.shown(), await catalogue.found()) == (1, 1)
        state, refusal = await catalogue.health()
        assert (state, str(refusal)) == ("is not used", str(Unavailable(what="the replica")))


async def test_the_store_answers_for_a_replica_that_receives_nothing_although_it_is_connected(
    postgres_url: str,
    tmp_path: Path,
    postgres_server: PostgresServer,
    replica: PostgresServer,
    records: Records,
) -> None:
    settings = settings_of(replica.url("store"), postgres_url, tmp_path, max_lag=timedelta(0))
    async with opened(settings, records) as catalogue:
        receiver = int(replica.sql("SELECT pid FROM pg_stat_wal_receiver"))
        os.kill(receiver, signal.SIGSTOP)
        try:
            await catalogue.sell()
            assert await catalogue.shown() == 1
        finally:
            os.kill(receiver, signal.SIGCONT)


async def test_the_store_answers_for_a_replica_that_was_promoted(
    postgres_server: PostgresServer,
    postgres_url: str,
    tmp_path: Path,
    records: Records,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with postgres_server.replica() as promoted:
        settings = settings_of(promoted.url("store"), postgres_url, tmp_path)
        async with opened(settings, records) as catalogue:
            await catalogue.sell()
            promoted.sql("SELECT pg_promote()")
            await catalogue.sell()
            assert await catalogue.shown() == 2
    assert "it is no replica, or was promoted" in caplog.text


async def test_the_store_answers_for_the_replica_of_another_database(
    postgres_server: PostgresServer,
    replica: PostgresServer,
    migrated_postgres: str,
    postgres_url: str,
    tmp_path: Path,
    records: Records,
    caplog: pytest.LogCaptureFixture,
) -> None:
    postgres_server.create_database("another", template="store")
    arrived(postgres_server, replica)
    settings = settings_of(replica.url("another"), postgres_url, tmp_path)
    async with opened(settings, records) as catalogue:
        await catalogue.sell()
        assert await catalogue.shown() == 1
    assert "it is the replica of another database" in caplog.text
    postgres_server.sql("DROP DATABASE another WITH (FORCE)")


def _nobody(_: PostgresServer) -> str:
    return "postgresql://nobody@127.0.0.1:1/store"


def _stopped(replica: PostgresServer) -> str:
    replica.kill()
    return replica.url("store")


def _other_database(replica: PostgresServer) -> str:
    return replica.url("missing")


@pytest.mark.parametrize("missing", [_nobody, _stopped, _other_database])
async def test_an_exchange_starts_without_its_replica(
    missing: Callable[[PostgresServer], str],
    replica: PostgresServer,
    postgres_url: str,
    tmp_path: Path,
    records: Records,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with opened(settings_of(missing(replica), postgres_url, tmp_path), records) as catalogue:
        await catalogue.sell()
        assert await catalogue.shown() == 1
    assert [record.message.partition(":")[0] for record in caplog.records] == [
        "the replica is not used until it works again"
    ]


async def test_a_replica_that_says_nothing_costs_one_wait(
    postgres_url: str, tmp_path: Path, records: Records
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        url = f"postgresql://nobody@127.0.0.1:{port}/store?sslmode=disable"
        settings = settings_of(url, postgres_url, tmp_path)
        started = time.monotonic()
        async with opened(settings, records) as catalogue:
            await catalogue.sell()
            for _ in range(20):
                assert await catalogue.shown() == 1
        mute.setblocking(False)
        tries = 0
        with suppress(BlockingIOError):
            while True:
                mute.accept()[0].close()
                tries += 1
        assert 1 <= tries <= 3 + (time.monotonic() - started) / 5  # it rests for 5 s each time
