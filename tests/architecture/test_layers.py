"""What the import contracts in pyproject.toml cannot say; `nox -s architecture` checks those."""

import ast
import sys
import tomllib
import typing
from pathlib import Path

import grimp
import pytest

import solebook
from solebook.composition.adapters import Store

ENTRYPOINTS = Path(solebook.__file__).parent / "entrypoints"
AT_HAND = {
    "access_tokens",
    "book_stream",
    "clock",
    "event_bus",
    "measurements",
    "order_stream",
    "rate_limits",
    "real_clock",
}
"""The adapters that entrypoints use themselves."""
KNOWN_FOR_MORE = {"solebook.ports.event_bus"}
"""Modules with a port of the store and another one, which entrypoints use."""


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    return grimp.build_graph("solebook", include_external_packages=True)


@pytest.mark.parametrize("layer", ["solebook.ports", "solebook.core"])
def test_layer_needs_nothing_beyond_the_standard_library(
    imports: grimp.ImportGraph, layer: str
) -> None:
    needed = {
        f"{module} imports {imported}"
        for module in {layer} | imports.find_descendants(layer)
        for imported in imports.find_modules_directly_imported_by(module)
        if imported.partition(".")[0] not in {"solebook", *sys.stdlib_module_names}
    }

    assert needed == set()


def test_entrypoints_ask_no_store_and_no_projection() -> None:
    asking = {
        f"{file.relative_to(ENTRYPOINTS)}:{line}"
        for file in ENTRYPOINTS.rglob("*.py")
        for line in lines_that_ask(file.read_text(encoding="utf-8"))
    }

    assert asking == set(), "ask a query of the core instead"


def lines_that_ask(source: str) -> set[int]:
    """Return the lines that take `adapters`, and not at once an adapter that is at hand."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)]
    allowed = {id(node.value) for node in nodes if node.attr in AT_HAND}
    return {node.lineno for node in nodes if node.attr == "adapters" and id(node) not in allowed}


@pytest.mark.parametrize(
    ("source", "asks"),
    [
        ("application.adapters.clock.now()", False),
        ("application.adapters.store.orders", True),
        ("adapters = application.adapters", True),
        ("read(self.app.adapters)", True),
    ],
)
def test_no_other_name_hides_the_adapters(source: str, asks: bool) -> None:
    assert bool(lines_that_ask(source)) is asks


def test_entrypoints_may_import_no_port_of_the_store() -> None:
    pyproject = tomllib.loads((ENTRYPOINTS.parent / "pyproject.toml").read_text(encoding="utf-8"))
    [contract] = [
        each for each in pyproject["tool"]["importlinter"]["contracts"] if each["id"] == "stores"
    ]
    of_store = {port.__module__ for port in typing.get_type_hints(Store).values()}

    assert of_store - KNOWN_FOR_MORE <= set(contract["forbidden_modules"])


DRIVERS = {"sqlite3", "aiosqlite", "asyncpg"}
KNOW_A_DRIVER = {
    "solebook.adapters.sql.engine.sqlite_connection": "connects the store to SQLite",
    "solebook.adapters.sql.engine.postgres_connection": "is the store's connection to PostgreSQL",
    "solebook.adapters.sql.engine.postgres_connecting": "connects the store to PostgreSQL",
    "solebook.adapters.sql.checks": "try a database without the store around it",
    "solebook.adapters.embedded.sqlite_journal": "the embedded payment provider's file is its own",
    "solebook.adapters.system.folder_lock": "the lock of a folder is a lock of SQLite on a file",
    "solebook.adapters.backup.sqlite_copy": "copies a file that the store has open",
    "solebook.adapters.system.occurrences": "counts the rows of a file on disk",
    "solebook.benchmarks.order_by_order": "needs no store of ours to compare it with",
    "solebook.benchmarks.trades": "looks into the file that it measured",
}
KNOW_A_DATABASE = {
    "solebook.adapters.sql.engine.drivers": "picks a driver by the URL",
    "solebook.adapters.sql.engine.sqlite_connection": "is SQLite's",
    "solebook.adapters.sql.engine.sqlite_driver": "is SQLite's",
    "solebook.adapters.sql.engine.sqlite_migrating": "is SQLite's",
    "solebook.adapters.sql.engine.sqlite_writer": "is SQLite's",
    "solebook.adapters.sql.engine.postgres_connection": "is PostgreSQL's",
    "solebook.adapters.sql.engine.postgres_connecting": "is PostgreSQL's",
    "solebook.adapters.sql.engine.postgres_batch": "is PostgreSQL's",
    "solebook.adapters.sql.engine.postgres_driver": "is PostgreSQL's",
    "solebook.adapters.sql.messages.postgres_wakeups": "is PostgreSQL's",
    "solebook.adapters.sql.checks": "is each database's",
    "solebook.adapters.sql.schema.columns": "gives a type its form in each database",
    "solebook.adapters.sql.schema.audit": "gives a trigger its form in each database",
    "solebook.adapters.sql.migrations": "a revision says for itself what it does",
}


def outside(known: dict[str, str], modules: set[str]) -> set[str]:
    return {
        module
        for module in modules
        if not any(module == one or module.startswith(f"{one}.") for one in known)
    }


def test_a_driver_of_a_database_is_known_to_one_module_of_the_store(
    imports: grimp.ImportGraph,
) -> None:
    knowing = {
        module
        for driver in DRIVERS & imports.modules
        for module in imports.find_modules_that_directly_import(driver)
        if not module.startswith("solebook.tests")
    }

    assert outside(KNOW_A_DRIVER, knowing) == set()


_KNOWING_NATS = {
    "solebook.adapters.nats": "its room",
    "solebook.client": "of other programs",
    "solebook.tests": "try it",
}


def test_the_client_of_nats_is_known_to_its_room_alone(imports: grimp.ImportGraph) -> None:
    knowing = imports.find_modules_that_directly_import("nats")

    assert knowing
    assert outside(_KNOWING_NATS, knowing) == set()


_KNOWING_REDIS = {"solebook.adapters.redis": "its room", "solebook.tests": "try it"}


def test_the_client_of_redis_is_known_to_its_room_alone(imports: grimp.ImportGraph) -> None:
    knowing = imports.find_modules_that_directly_import("redis")

    assert knowing
    assert outside(_KNOWING_REDIS, knowing) == set()


_KNOWING_STRIPE = {"solebook.adapters.stripe": "its room", "solebook.tests": "try it"}


def test_the_client_of_stripe_is_known_to_its_room_alone(imports: grimp.ImportGraph) -> None:
    knowing = imports.find_modules_that_directly_import("stripe")

    assert knowing
    assert outside(_KNOWING_STRIPE, knowing) == set()


def test_what_is_one_databases_own_is_picked_in_one_place(imports: grimp.ImportGraph) -> None:
    engine = "solebook.adapters.sql.engine"
    own = {
        module
        for module in imports.find_descendants(engine)
        if module.removeprefix(f"{engine}.").startswith(("sqlite", "postgres"))
    }
    knowing = {
        module
        for one in own
        for module in imports.find_modules_that_directly_import(one)
        if not module.startswith("solebook.tests")
    }

    assert outside(KNOW_A_DATABASE, knowing) == set()
