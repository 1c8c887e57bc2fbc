"""Two independent stores on one database, as in two processes."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from solebook.adapters.embedded.journal import MemoryJournal
from solebook.adapters.embedded.payment_provider import EmbeddedPaymentProvider
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.composition.adapters import Store
from solebook.composition.embedded import embedded_adapters
from solebook.composition.engine import engine_of
from solebook.composition.sql_store import build_sql_store
from solebook.ports.language.rules import MarketRules

from ...exchange import Exchange, exchange_on
from ...invariants import check_invariants
from .racing import Race

RULES = MarketRules(max_price_alerts=1)


@pytest.fixture(params=range(3), ids=lambda seed: f"seed-{seed}")
def race(request: pytest.FixtureRequest) -> Race:
    """A function that starts calls together, in a random sequence from the seed."""
    return Race(request.param)


@pytest.fixture
def sqlite_url(empty_database: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copyfile(empty_database, tmp_path / 'solebook.db')}"


@pytest.fixture(params=["sqlite", "postgres"])
def urls(request: pytest.FixtureRequest) -> tuple[str, str]:
    """The URLs of one database for two processes, for each technology that allows two."""
    url = request.getfixturevalue(f"{request.param}_url")
    return url, url


@pytest.fixture
async def stores(urls: tuple[str, str], clock: VirtualClock) -> AsyncIterator[tuple[Store, Store]]:
    """Two stores on one empty database."""
    first, second = urls
    async with SqlDatabase(first) as one, SqlDatabase(second) as other:
        yield (
            build_sql_store(one, clock=clock, ids=SeededIds(seed=11, clock=clock)),
            build_sql_store(other, clock=clock, ids=SeededIds(seed=12, clock=clock)),
        )


@pytest.fixture
async def exchanges(
    stores: tuple[Store, Store], clock: VirtualClock
) -> AsyncIterator[tuple[Exchange, Exchange]]:
    """Two processes of one exchange, with one payment provider; the first has the engine."""
    provider = EmbeddedPaymentProvider(MemoryJournal(), clock, "whsec_embedded")
    first, second = (
        exchange_on(
            replace(
                embedded_adapters(store, clock=clock, ids=SeededIds(seed, clock), seed=seed),
                payment_provider=provider,
            ),
            rules=RULES,
        )
        for seed, store in enumerate(stores, start=21)
    )
    await first.open()
    yield first, second
    await first.quiet()
    await check_invariants(first)
    await engine_of(first.app).stop()
