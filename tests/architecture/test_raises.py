"""A use case says in the docstring of `__call__`, and nowhere else, what it refuses."""

import ast
import builtins
from collections.abc import Iterator
from pathlib import Path

import pytest

import solebook

from ..raises import raised_by

ROOT = Path(solebook.__file__).parent
LAYERS = ("ports", "core", "adapters", "config", "composition")
TREES = {
    file.relative_to(ROOT): ast.parse(file.read_text(encoding="utf-8"))
    for layer in LAYERS
    for file in sorted((ROOT / layer).rglob("*.py"))
}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def use_cases() -> Iterator[tuple[Path, ast.ClassDef]]:
    """Every class of the core that is called and awaited."""
    for file, tree in TREES.items():
        classes = (node for node in tree.body if isinstance(node, ast.ClassDef))
        for node in classes if file.parts[0] == "core" else ():
            if "__call__" in {each.name for each in node.body if isinstance(each, Function)}:
                yield file, node


def docstrings(node: ast.AST) -> Iterator[str | None]:
    for each in ast.walk(node):
        if isinstance(each, ast.ClassDef | Function):
            yield ast.get_docstring(each)


def raise_statements(node: ast.AST) -> Iterator[str]:
    """The names of what is raised in the node itself."""
    for each in ast.walk(node):
        if isinstance(each, ast.Raise):
            raised = each.exc.func if isinstance(each.exc, ast.Call) else each.exc
            if isinstance(raised, ast.Name):
                yield raised.id


USE_CASES = [pytest.param(node, id=f"{file.parent.name}.{node.name}") for file, node in use_cases()]


def test_whatever_a_docstring_says_is_raised_exists() -> None:
    exceptions = {
        node.name
        for tree in TREES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    } | set(dir(builtins))
    unknown = {
        f"{file}: {name}"
        for file, tree in TREES.items()
        for docstring in docstrings(tree)
        for name in raised_by(docstring) - exceptions
    }

    assert unknown == set()


@pytest.mark.parametrize("use_case", USE_CASES)
def test_use_case_says_what_it_raises_where_it_is_called(use_case: ast.ClassDef) -> None:
    methods = [node for node in use_case.body if isinstance(node, Function)]
    said = {name for method in methods for name in raised_by(ast.get_docstring(method))}

    assert raised_by(ast.get_docstring(use_case)) == set(), "say it in the docstring of `__call__`"
    assert set(raise_statements(use_case)) - said <= {"AssertionError"}
