"""What every test stands on: a clock, ids and chance that a test owns, and a store in memory."""

import asyncio
import gc
import re
import sys
import threading
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import greenlet  # type: ignore[import-untyped]  # it has no annotations
import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings
from hypothesis.internal.conjecture import providers

from solebook.adapters.memory.seeded import SeededIds, SeededRandomness
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.composition.memory_store import build_memory_store

from .influx_server import InfluxServer, running_influx
from .localstripe_server import LocalStripeServer, running_localstripe
from .nats_server import NatsServer, running_nats
from .postgres_server import PostgresServer, empty_tables, running_postgres
from .time_limit import SECONDS, TimeLimit
from .typesense_server import TypesenseServer, running_typesense
from .valkey_server import ValkeyServer, running_valkey

HERE = Path(__file__).parent
if not __debug__:  # under `python -O`, what tests share has its assertions only if it is rewritten
    shared = (f"{__package__}.{path.stem}" for path in HERE.iterdir())
    pytest.register_assert_rewrite(*(name for name in shared if name not in sys.modules))
REACHES_OUT = (
    "adapters/embedded",
    "adapters/influx",
    "adapters/mail",
    "adapters/nats",
    "adapters/redis",
    "adapters/security",
    "adapters/sql",
    "adapters/stripe",
    "adapters/system/test_folder_lock.py",
    "adapters/typesense",
    "client",
    "composition",
    "entrypoints/cli",
    "entrypoints/demo",
    "entrypoints/doubles",
    "entrypoints/http",
    "entrypoints/services",
    "entrypoints/stack",
    "ports/two_stores",
    "tooling/test_bootstrap.py",
)
"""Where tests use files, sockets, processes or the whole HTTP application."""

ASKED_FIRST = re.compile(r"(journey|hostile|torture|browser|docs|alone)(?: and .*)?$")
"""Expressions that no test without this mark matches. Its name is written in the test's file."""

SERVERS = {
    "postgres_server",
    "nats_server",
    "own_nats_server",
    "valkey_server",
    "own_valkey_server",
    "localstripe_server",
    "moto_server",
    "influx_server",
    "own_influx_server",
    "typesense_server",
    "own_typesense_server",
}
"""The fixtures that run a real server."""

TURNS = {"postgres", "nats", "redis", "typesense", "fallback", "influx", "localstripe", "moto"}
"""The parameters of contracts that ask for one of them."""

EXAMPLES = {True: 10, False: 100}
"""How many examples of a property are tried in the unit suite, and elsewhere, where a test does
not say so itself."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--full`, for what is tried a few times in CI and a thousand times on request.

    `--seed` repeats a race that failed.
    """
    whole = "run races, crashes and large markets as often as they are promised, not a few times"
    parser.addoption("--full", action="store_true", help=whole)
    parser.addoption("--seed", type=int, help="repeat the race of this seed only")
    parser.addoption("--rounds", type=int, help="how many drills are tried, in torture")


def pytest_configure(config: pytest.Config) -> None:
    """Try few examples in the unit suite, and hold none to a time: the machine may be busy.

    They are the same each time, so that none fails by chance, and others with `--full`. No test may
    hang, though, unless it was asked to take as long as it needs.
    """
    settings.register_profile(
        "suite",
        max_examples=EXAMPLES[is_unit_suite(config)],
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        derandomize=not config.option.full,
    )
    settings.load_profile("suite")
    if not config.option.full:
        draw_no_constants_of_the_source()
    if getattr(config.option, "cov_source", None):
        refuse_greenlets()
    if not config.option.full and config.option.rounds is None:
        config.pluginmanager.register(TimeLimit(SECONDS))


def is_unit_suite(config: pytest.Config) -> bool:
    return "not integration" in config.option.markexpr


def draw_no_constants_of_the_source() -> None:
    """Let examples not depend on which modules a process has imported.

    hypothesis reads the source of all modules, which takes a second, for numbers and texts to try.
    """
    providers._get_local_constants = lambda: providers._local_constants


def refuse_greenlets() -> None:
    """Fail what is watched and switches greenlets: lines would be counted in other files.

    SQLAlchemy does so where it is asynchronous: only on PostgreSQL, and that is not watched.
    """

    def refuse(*_: object) -> None:
        assert sys.gettrace() is None, "coverage does not follow greenlets: see pyproject.toml"

    greenlet.settrace(refuse)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Watch nothing of what is marked `no_cover`.

    pytest-cov starts to watch twice in a process of pytest-xdist, and stops it once.
    """
    if item.get_closest_marker("no_cover") is None:
        return (yield)
    of_here, of_threads = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(of_here)
        threading.settrace(of_threads)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import nothing from those folders for the unit suite: their libraries take their time.

    Of the sessions that are few tests, import what has them: the others are hundreds of files.
    """
    path = collection_path.relative_to(HERE).as_posix()
    marks = config.option.markexpr
    left_out = path.startswith(REACHES_OUT) and is_unit_suite(config)
    left_out = left_out or (
        path.startswith(("journeys", "hostile", "torture", "browser")) and "not journey" in marks
    )
    if asked := ASKED_FIRST.match(marks):
        is_test = collection_path.name.startswith("test_") and collection_path.suffix == ".py"
        left_out = left_out or (is_test and asked[1] not in collection_path.read_text("utf-8"))
    return True if left_out else None


@pytest.hookimpl(wrapper=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> Generator[None, None, None]:
    """Make no tests of databases and servers for the unit suite: it would leave a third of all out.

    One stays if there are no others: without any, pytest makes one that has no parameters.
    """
    yield
    if is_unit_suite(metafunc.config):
        calls, others = metafunc._calls, {*TURNS, "sqlite"}
        without = [each for each in calls if others.isdisjoint(map(str, each.params.values()))]
        metafunc._calls = without or calls[:1]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is not for the unit suite: the folders above, and the databases' contracts.

    Properties are not watched, as they run the same lines a hundred times.
    """
    reaches_out = {
        path: path.relative_to(HERE).as_posix().startswith(REACHES_OUT)
        for path in {item.path for item in items}
    }
    for item in items:
        if uses_real_server(item):
            item.add_marker("real")
            item.add_marker("integration")
        elif reaches_out[item.path] or "sqlite" in item.name:
            item.add_marker("integration")
        if is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker("no_cover")


def uses_real_server(item: pytest.Item) -> bool:
    """Return whether a test needs a server, itself or as its turn at a contract."""
    called = getattr(item, "callspec", None)
    turns = set(map(str, called.params.values())) if called is not None else set()
    asked = getattr(item, "fixturenames", ())
    return not SERVERS.isdisjoint(asked) or not TURNS.isdisjoint(turns)


def pytest_collection() -> None:
    """Collect no garbage meanwhile: what is imported stays, and each round would look at it."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Leave what was imported out of the rounds from now on, and look at the rest less often."""
    gc.freeze()
    gc.set_threshold(7_000, 10, 10)
    gc.enable()


@pytest.fixture(scope="session")
def full(pytestconfig: pytest.Config) -> bool:
    """Whether what is tried a few times in CI shall run as often as it is promised."""
    return bool(pytestconfig.getoption("full"))


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(datetime(2026, 3, 2, 12, tzinfo=UTC))


@pytest.fixture
def ids(clock: VirtualClock) -> SeededIds:
    return SeededIds(seed=1, clock=clock)


@pytest.fixture
def randomness() -> SeededRandomness:
    return SeededRandomness(seed=2)


@pytest.fixture
def store(clock: VirtualClock, ids: SeededIds) -> Store:
    return build_memory_store(clock=clock, ids=ids)


# ---- real servers --------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def nats_server() -> Iterator[NatsServer]:
    """A NATS server, which is gone with the last test."""
    with running_nats() as server:
        yield server


@pytest.fixture
def own_nats_server() -> Iterator[NatsServer]:
    """A NATS server for one test, which may stop it."""
    with running_nats() as server:
        yield server


@pytest.fixture(scope="session")
def localstripe_server() -> Iterator[LocalStripeServer]:
    """A server of localstripe, with what earlier tests have made."""
    with running_localstripe() as server:
        yield server


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[ValkeyServer]:
    """A Valkey server, which is gone with the last test."""
    with running_valkey() as server:
        yield server


@pytest.fixture
def own_valkey_server() -> Iterator[ValkeyServer]:
    """A Valkey server for one test, which may stop it."""
    with running_valkey() as server:
        yield server


@pytest.fixture(scope="session")
def influx_server() -> Iterator[InfluxServer]:
    """An InfluxDB server, which is gone with the last test."""
    with running_influx() as server:
        yield server


@pytest.fixture(scope="session")
def typesense_server() -> Iterator[TypesenseServer]:
    """A Typesense server, which is gone with the last test."""
    with running_typesense() as server:
        yield server


@pytest.fixture
def own_influx_server() -> Iterator[InfluxServer]:
    """An InfluxDB server for one test, which may stop it."""
    with running_influx() as server:
        yield server


@pytest.fixture
def own_typesense_server() -> Iterator[TypesenseServer]:
    """A Typesense server for one test, which may stop it."""
    with running_typesense() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server, which is gone with the last test."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: PostgresServer) -> str:
    """The URL of a database with all tables, of which each test gets an empty one."""
    from solebook.adapters.sql.migrate import migrate

    url = postgres_server.create_database("store")
    asyncio.run(migrate(url))
    return url


@pytest.fixture
async def postgres_url(migrated_postgres: str) -> str:
    """The URL of a database with all tables and no rows."""
    await empty_tables(migrated_postgres)
    return migrated_postgres
