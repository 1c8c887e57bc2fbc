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
