"""Two independent stores on one database, as in two processes."""

import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]  # it has no annotations
import pytest

from solebook.adapters.embedded.card_vault import EmbeddedCardVault
from solebook.adapters.embedded.payment_provider import EmbeddedPaymentProvider
from solebook.adapters.memory.search_index import MemorySearchIndex
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.sql.engine.limits import Limits
from solebook.composition.adapters import Store
from solebook.composition.embedded import embedded_adapters
from solebook.composition.engine import engine_of
from solebook.composition.sql_store import build_sql_store
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.rules import MarketRules

from ...exchange import Exchange, exchange_on
from ...invariants import check_invariants, findings
from .checkpoint import Checkpoint, kept_rows
from .interleaving import Interleaving, SteppedJournal, connect_stepped
from .racing import Race, Races

RULES = MarketRules(max_price_alerts=1)
PATIENT = Limits(left_alone=60)
"""A machine that is busy does not end the transactions of a race."""
AT_ONCE = 4
"""One race in so many has no interleaving: its calls only start together."""
VERIFIED = 5
"""One race in so many is followed by a verification, which takes longer than most races."""
SEEDS_OF_SQLITE = 3
SEEDS = {False: 8, True: 1_000}


@pytest.fixture
def stepped_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    """Statements on PostgreSQL are steps, which a race may put into any sequence."""
    monkeypatch.setattr(asyncpg, "connect", connect_stepped)


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
async def stores(
    urls: tuple[str, str], clock: VirtualClock, stepped_statements: None
) -> AsyncIterator[tuple[Store, Store]]:
    """Two stores on one empty database."""
    first, second = urls
    async with SqlDatabase(first, PATIENT) as one, SqlDatabase(second, PATIENT) as other:
        yield (
            build_sql_store(one, clock=clock, ids=SeededIds(seed=11, clock=clock)),
            build_sql_store(other, clock=clock, ids=SeededIds(seed=12, clock=clock)),
        )


@pytest.fixture
def processes(stores: tuple[Store, Store], clock: VirtualClock) -> tuple[Exchange, Exchange]:
    """Two processes of one exchange, whose engines are not started.

    They have one payment provider and one search index.
    """
    provider = EmbeddedPaymentProvider(SteppedJournal(), clock, "whsec_embedded")
    search_index = MemorySearchIndex()
    first, second = (
        exchange_on(
            replace(
                embedded_adapters(store, clock=clock, ids=SeededIds(seed, clock), seed=seed),
                payment_provider=provider,
                card_vault=EmbeddedCardVault(provider),
                search_index=search_index,
            ),
            rules=RULES,
        )
        for seed, store in enumerate(stores, start=21)
    )
    return first, second


@pytest.fixture
async def exchanges(
    processes: tuple[Exchange, Exchange],
) -> AsyncIterator[tuple[Exchange, Exchange]]:
    """Two processes of one exchange, of which the first has the engine."""
    first, second = processes
    await first.open()
    yield first, second
    await first.quiet()
    await check_invariants(first)
    await engine_of(first.app).stop()


@pytest.fixture
async def repeated(
    urls: tuple[str, str], stores: tuple[Store, Store], pytestconfig: pytest.Config
) -> AsyncIterator[Races]:
    """A function that repeats a race: on PostgreSQL with random interleavings of statements."""
    url, _ = urls
    only: int | None = pytestconfig.getoption("--seed")

    def chosen(number: int) -> Sequence[int]:
        return range(number) if only is None else [only]

    if url.startswith("sqlite"):
        yield Races(chosen(SEEDS_OF_SQLITE), lambda seed: None)
        return
    server = await asyncpg.connect(url)

    def interleaving(seed: int) -> Interleaving | None:
        return None if seed % AT_ONCE == AT_ONCE - 1 else Interleaving(seed, server)

    yield Races(chosen(SEEDS[pytestconfig.getoption("--full")]), interleaving)
    await server.close()


@pytest.fixture
async def races(
    exchanges: tuple[Exchange, Exchange],
    urls: tuple[str, str],
    repeated: Races,
    pytestconfig: pytest.Config,
) -> AsyncIterator[Races]:
    """A function that repeats a race on an exchange.

    Afterwards there are no dead letters, and a verification of the exchange finds nothing.
    """
    one, _ = exchanges
    url, _ = urls

    async def check(seed: int) -> None:
        assert not (await one.store.dead_letters.page(PageRequest())).items
        is_repeated = pytestconfig.getoption("--seed") is not None
        if not one.was_told_lies and (seed % VERIFIED == 0 or is_repeated):
            assert not await findings(one.app)

    journal = one.provider.journal
    assert isinstance(journal, SteppedJournal)
    async with kept_rows(url) as rows:
        yield repeated.with_checks(Checkpoint(rows, journal), check)
