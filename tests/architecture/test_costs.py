"""Each route says in the table of costs what it costs, read without the framework."""

import ast
import re
from collections.abc import Iterator

from .source import ROOT, files, parsed, statements

_TABLE = "entrypoints/http/edge/costs.py"
_PLACES = "entrypoints/http/routes", "entrypoints/http/openapi", "entrypoints/web"
_METHODS = {"get", "post", "put", "patch", "delete"}
_OF_THE_FRAMEWORK = {"GET /schema", "GET /schema/openapi.json", "GET /schema/{path}"}
"""The reference of the API, which is no route of ours."""
_TYPE = re.compile(r":\w+(?=})")
"""`{order_id:uuid}` is `{order_id}` to whoever asks."""


def _table() -> list[str]:
    """The routes that have a cost, each as often as it is there."""
    for node in statements(parsed(ROOT / _TABLE)):
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "_BY_COST":
            assert node.value is not None
            costs = ast.literal_eval(node.value)
            return [route for routes in costs.values() for route in routes]
    raise AssertionError(f"{_TABLE} has no table")


def _routes() -> Iterator[str]:
    for file in files(*_PLACES):
        for node in statements(parsed(ROOT / file)):
            if isinstance(node, ast.ClassDef):
                yield from _routes_of(node)


def _routes_of(controller: ast.ClassDef) -> Iterator[str]:
    paths = [
        ast.literal_eval(each.value)
        for each in controller.body
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "path"
    ]
    for function in controller.body:
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for call in function.decorator_list:
            if isinstance(call, ast.Call) and ast.unparse(call.func) in _METHODS:
                base = paths[0] if paths else ""
                below = ast.literal_eval(call.args[0]) if call.args else ""
                path = "/".join(part for part in f"{base}/{below}".split("/") if part)
                yield f"{ast.unparse(call.func).upper()} /{_TYPE.sub('', path)}"


def test_each_route_has_one_cost() -> None:
    routes, table = sorted(_routes()), _table()
    assert len(routes) > 100, "the routes are elsewhere"
    missing = set(routes) - set(table)
    assert not missing, f"put it into {_TABLE}, with what it costs: {sorted(missing)}"
    assert set(table) - set(routes) == _OF_THE_FRAMEWORK, "a cost of no route"
    assert len(set(table)) == len(table), "a route has two costs"
