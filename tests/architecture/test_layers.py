"""What the import contracts in pyproject.toml cannot say; `nox -s architecture` checks those."""

import sys

import grimp
import pytest


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
