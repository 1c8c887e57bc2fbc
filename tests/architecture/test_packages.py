"""Every package says what it is, in one good sentence at the top of its `__init__`."""

import ast
from pathlib import Path

import pytest

import solebook

ROOT = Path(solebook.__file__).parent
LAYERS = ("ports", "core", "adapters", "config", "composition", "entrypoints", "client")
FOLDERS = sorted(
    {file.parent for layer in LAYERS for file in (ROOT / layer).rglob("*.py")} | {ROOT}
)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_package_says_what_it_is(folder: Path) -> None:
    source = (folder / "__init__.py").read_text(encoding="utf-8")
    sentence = ast.get_docstring(ast.parse(source))

    assert sentence, f"{folder.relative_to(ROOT)}/__init__.py has no docstring"
    assert sentence.splitlines()[0].endswith("."), "the first line is not a sentence"


_TOOLS = ("auditing", "benchmarks", "releasing", "servers")


@pytest.mark.parametrize("folder", [*LAYERS, "tests", *_TOOLS])
def test_no_file_is_longer_than_400_lines(folder: str) -> None:
    files = [file for file in (ROOT / folder).rglob("*.py") if not _is_written_once(file)]
    lengths = {file: len(file.read_text(encoding="utf-8").splitlines()) for file in files}
    long = [str(file.relative_to(ROOT)) for file, length in lengths.items() if length > 400]
    assert not long, f"split these by job: {long}"


def _is_written_once(file: Path) -> bool:
    """Whether nobody edits it: an old revision, or what a program writes."""
    return "before" in file.parts or file == ROOT / "client" / "services.py"
