"""Durations are taken with a stopwatch, and never as the difference of two instants of a clock."""

import ast
from collections.abc import Iterator

from .source import ROOT, files, parsed

EXCEPT = {
    "adapters/system/clock.py": "is the clock",
    "core/operations/uptime.py": "compares with what other processes have stored",
    "entrypoints/doubles": "stand for servers of others",
    "entrypoints/simulation": "has a clock that only it moves",
}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
BEFORE_OR_AFTER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def test_no_duration_is_a_difference_of_two_instants() -> None:
    found = {
        f"{path}:{line}"
        for path in files("adapters", "composition", "core", "entrypoints")
        if not str(path).startswith(tuple(EXCEPT))
        if "clock.now()" in (ROOT / path).read_text(encoding="utf-8")
        for line in durations_in(parsed(ROOT / path))
    }
    assert found == set(), "use `elapsed` of the clock, or a stopwatch"


def test_the_difference_of_what_a_class_has_noted_is_seen() -> None:
    seen = """
class Lasting:
    async def begin(self):
        now = self._clock.now()
        self._began = now
        self._ends = self._clock.now() + self._life

    async def lasts(self, stored):
        now, nothing = self._clock.now(), 0
        return now - self._began, self._clock.now() >= self._ends, now - stored.created_at
"""
    assert durations_in(ast.parse(seen)) == {10}
    assert durations_in(
        ast.parse(seen.replace(", now - stored", "\n        return now - stored"))
    ) == {10}


def durations_in(module: ast.Module) -> set[int]:
    """Return the lines that compare or subtract two instants that a module has read from a clock.

    It follows variables and attributes of `self`, and no arguments.
    """
    kept = instants_among(module, {"now"}, ast.Attribute)
    return {
        line
        for function in ast.walk(module)
        if isinstance(function, FUNCTIONS)
        for line, *sides in pairs_in(function)
        if all(is_instant(side, kept | instants_among(function, set(), ast.Name)) for side in sides)
    }


def pairs_in(function: ast.AST) -> Iterator[tuple[int, ast.expr, ast.expr]]:
    for node in ast.walk(function):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
            yield node.lineno, node.left, node.right
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], BEFORE_OR_AFTER):
            yield node.lineno, node.left, node.comparators[0]


def instants_among(scope: ast.AST, known: set[str], kind: type[ast.expr]) -> set[str]:
    """Return what is given the clock's time, or something that is `known` to be one."""
    given = [node for node in ast.walk(scope) if isinstance(node, ast.Assign)]
    pairs = [pair for node in given for pair in assigned(node)]
    return {
        ast.unparse(target)
        for target, value in pairs
        if isinstance(target, kind) and is_instant(value, known)
    }


def assigned(node: ast.Assign) -> Iterator[tuple[ast.expr, ast.expr]]:
    for target in node.targets:
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            yield from zip(target.elts, node.value.elts, strict=False)
        else:
            yield target, node.value


def is_instant(node: ast.expr, names: set[str]) -> bool:
    while isinstance(node, ast.BinOp):
        node = node.left
    if isinstance(node, ast.Call | ast.Name | ast.Attribute):
        text = ast.unparse(node)
        return text in names or text.endswith("clock.now()")
    return False
