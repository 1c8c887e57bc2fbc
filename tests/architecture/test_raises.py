"""A use case says in the docstring of `__call__`, and nowhere else, what it refuses."""

import ast
import builtins
from collections.abc import Iterator

from ..raises import raised_by
from .source import ROOT, files, parsed, statements

LAYERS = ("ports", "core", "adapters", "config", "composition")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def use_cases() -> Iterator[tuple[str, ast.ClassDef]]:
    """Every class of the core that is called and awaited."""
    for file in files("core"):
        for node in parsed(ROOT / file).body:
            if isinstance(node, ast.ClassDef) and "__call__" in methods(node):
                yield f"{file}: {node.name}", node


def methods(node: ast.ClassDef) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    return {each.name: each for each in node.body if isinstance(each, Function)}


def raise_statements(node: ast.AST) -> Iterator[str]:
    """The names of what is raised in the node itself."""
    for each in statements(node):
        if isinstance(each, ast.Raise):
            raised = each.exc.func if isinstance(each.exc, ast.Call) else each.exc
            if isinstance(raised, ast.Name):
                yield raised.id


def test_whatever_a_docstring_says_is_raised_exists() -> None:
    exceptions, said = set(dir(builtins)), set[tuple[str, str]]()
    for file in files(*LAYERS):
        for node in statements(parsed(ROOT / file)):
            if isinstance(node, ast.ClassDef):
                exceptions.add(node.name)
            if isinstance(node, ast.ClassDef | Function):
                said |= {(f"{file}", name) for name in raised_by(ast.get_docstring(node))}

    assert len(said) > 100
    assert {each for each in said if each[1] not in exceptions} == set()


def test_use_cases_say_what_they_raise_where_they_are_called() -> None:
    unsaid = {}
    for name, use_case in use_cases():
        docstrings = map(ast.get_docstring, methods(use_case).values())
        said = {name for docstring in docstrings for name in raised_by(docstring)}
        if missing := set(raise_statements(use_case)) - said - {"AssertionError"}:
            unsaid[name] = missing

    assert unsaid == {}


def test_use_cases_say_what_they_raise_nowhere_else() -> None:
    """Say it in the docstring of `__call__`, and not of the class."""
    found = {name: raised_by(ast.get_docstring(use_case)) for name, use_case in use_cases()}

    assert len(found) > 100
    assert {name: raised for name, raised in found.items() if raised} == {}
