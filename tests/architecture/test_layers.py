"""What the import contracts in pyproject.toml cannot say; `nox -s architecture` checks those."""

import ast
import sys
from pathlib import Path

import grimp
import pytest

import solebook

ENTRYPOINTS = Path(solebook.__file__).parent / "entrypoints"
AT_HAND = {
    "access_tokens",
    "book_stream",
    "clock",
    "event_bus",
    "order_stream",
    "rate_limits",
}
"""The adapters that entrypoints use themselves."""
WORKERS = ENTRYPOINTS / "worker" / "workers.py"
"""The one place among the entrypoints that hands ports of the store on, to the loops."""


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
        f"{file.relative_to(ENTRYPOINTS)}:{node.lineno} {node.attr}"
        for file in ENTRYPOINTS.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith("adapters")
        if node.attr not in AT_HAND and file != WORKERS
    }

    assert asking == set(), "ask a query of the core instead"


DRIVERS = {"sqlite3", "aiosqlite", "asyncpg"}
KNOW_A_DRIVER = {
    "solebook.adapters.sql.engine.sqlite_connection": "connects the store to SQLite",
    "solebook.adapters.sql.engine.postgres_connection": "connects the store to PostgreSQL",
    "solebook.adapters.embedded.sqlite_journal": "the embedded payment provider's file is its own",
    "solebook.adapters.system.folder_lock": "the lock of a folder is a lock of SQLite on a file",
    "solebook.benchmarks.trades": "looks into the file that it measured",
}
KNOW_A_DATABASE = {
    "solebook.adapters.sql.engine.drivers": "picks a driver by the URL",
    "solebook.adapters.sql.engine.sqlite_connection": "is SQLite's",
    "solebook.adapters.sql.engine.sqlite_driver": "is SQLite's",
    "solebook.adapters.sql.engine.sqlite_writer": "is SQLite's",
    "solebook.adapters.sql.engine.postgres_connection": "is PostgreSQL's",
    "solebook.adapters.sql.engine.postgres_driver": "is PostgreSQL's",
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
