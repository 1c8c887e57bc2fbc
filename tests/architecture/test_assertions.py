"""The exchange works without Python's assertions (`python -O`)."""

import ast
from collections.abc import Iterator

from .source import ROOT, files, parsed, statements

LAYERS = ("adapters", "client", "composition", "config", "core", "entrypoints", "ports")
OF_MONEY = (
    "core/payments",
    "adapters/stripe",
    "adapters/embedded",
    "adapters/sql/payments",
    "adapters/memory/payments.py",
    "ports/language/money.py",
    "ports/language/payments.py",
)
"""Where a broken invariant must stop the program, so it is checked by `ensure`."""

WITHOUT_EFFECT = {
    *("all", "any", "callable", "get", "hasattr", "isalpha", "isinstance", "issubclass", "keys"),
    *("len", "list", "max", "min", "range", "set", "sum", "timedelta", "type"),
    "_is_message",
}


def assertions(places: tuple[str, ...]) -> Iterator[tuple[str, ast.Assert]]:
    for file in files(*places):
        for node in statements(parsed(ROOT / file)):
            if isinstance(node, ast.Assert):
                yield file.as_posix(), node


def has_effect(node: ast.AST) -> bool:
    """Whether something could change when an expression is evaluated."""
    if isinstance(node, ast.Call):
        name = (
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        )
        return name not in WITHOUT_EFFECT
    return isinstance(node, ast.Await | ast.NamedExpr | ast.Yield | ast.YieldFrom)


def tells_a_type(test: ast.expr) -> bool:
    """Whether a condition only tells the type checker what a value is."""
    match test:
        case ast.BoolOp(values=parts):
            return all(tells_a_type(part) for part in parts)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return tells_a_type(operand)
        case ast.Call(func=ast.Name(id="isinstance")):
            return True
        case ast.Compare(ops=operators):
            return all(isinstance(operator, ast.Is | ast.IsNot) for operator in operators)
    return False


def test_no_assertion_has_an_effect() -> None:
    found = list(assertions(LAYERS))
    assert len(found) > 100
    wrong = [
        f"{name}:{node.lineno}: {ast.unparse(node.test)}"
        for name, node in found
        if any(has_effect(part) for part in ast.walk(node.test))
    ]
    assert wrong == []


def test_what_guards_money_is_no_assertion() -> None:
    wrong = [
        f"{name}:{node.lineno}: {ast.unparse(node.test)}"
        for name, node in assertions(OF_MONEY)
        if not tells_a_type(node.test)
    ]
    assert wrong == []
