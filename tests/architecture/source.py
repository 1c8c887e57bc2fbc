"""The source of the exchange. A file is parsed once in a process, and only when a test asks."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import solebook

ROOT = Path(solebook.__file__).parent


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def files(*places: str) -> Iterator[Path]:
    """Yield the Python files of folders, and files themselves, relative to the root."""
    for place in places:
        there = ROOT / place
        found = sorted(there.rglob("*.py")) if there.is_dir() else [there]
        yield from (file.relative_to(ROOT) for file in found)


def statements(node: ast.AST) -> Iterator[ast.stmt]:
    """Yield every statement below a node, without the expressions, of which most of it consists."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child
        if isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield from statements(child)
