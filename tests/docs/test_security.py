"""SECURITY.md names tests that exist, and files that exist."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
_ROW = re.compile(r"^\| (?!threat|from|---)(.+?) \| .+? \| (.*) \|$", re.MULTILINE)


@cache
def _tests_in(file: str) -> set[str]:
    if not (ROOT / file).exists():
        return set()
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)}


def test_every_test_that_covers_a_threat_exists() -> None:
    named = _TEST.findall(TEXT)
    assert len(named) > 40
    assert [f"{file}::{name}" for file, name in named if name not in _tests_in(file)] == []


def test_every_threat_is_covered() -> None:
    _, _, threats = TEXT.partition("### Somebody pretends")
    rows = _ROW.findall(threats)
    assert len(rows) > 30
    assert [threat for threat, tests in rows if not _TEST.search(tests)] == []


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[\w-]+)?\)", TEXT)
    assert [link for link in links if not (ROOT / link).exists()] == []
