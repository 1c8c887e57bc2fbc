"""A module of `ports` declares Protocols; what crosses a boundary is in `ports/language`."""

import ast
from pathlib import Path

import pytest

PORTS = Path(__file__).parents[2] / "ports"


@pytest.mark.parametrize("path", sorted(PORTS.glob("*.py")), ids=lambda path: path.name)
def test_a_module_of_ports_declares_protocols_only(path: Path) -> None:
    body = ast.parse(path.read_text()).body
    classes = [node for node in body if isinstance(node, ast.ClassDef)]
    others = [node.name for node in classes if not any(map(_is_protocol, node.bases))]
    functions = [node.name for node in body if isinstance(node, ast.FunctionDef)]
    assert not others + functions, f"move these to ports/language or to the core: {path.name}"


def _is_protocol(base: ast.expr) -> bool:
    name = base.value if isinstance(base, ast.Subscript) else base
    return isinstance(name, ast.Name) and name.id == "Protocol"
