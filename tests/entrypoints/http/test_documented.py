"""A route documents what the use cases that it calls refuse, no less and no more."""

import ast
import inspect
from collections.abc import Iterator
from dataclasses import fields
from textwrap import dedent

import pytest
from litestar.handlers import HTTPRouteHandler

from solebook.composition.application import Application
from solebook.composition.embedded import build_embedded
from solebook.entrypoints.http.app import create_app
from solebook.entrypoints.http.edge.problems import STATUS, problem_title

from ...raises import raised_by

EDGE = {"Forbidden", "IdempotencyKeyReused", "InvalidToken", "RateLimited", "Unavailable"}
"""What a request is refused for before it reaches a use case, or wherever it is. An API key may be
forbidden any route."""

CHECKED_BY_ROUTE = {
    "search": {"InvalidText", "InvalidSize"},
    "view_facets": {"InvalidText", "InvalidSize"},
}
"""What a route refuses by itself: the query that it makes checks itself."""

CANNOT_BE = {
    "sign_out": {"NotFound"},  # the request has a token of the session
    "give_verdict": {"OutOfRange"},  # the body's shape has the same bounds
    "set_preferences": {"OutOfRange"},  # the same
    "view_me": {"NotFound"},  # users stay
    "list_cards": {"NotFound"},  # the same
    "begin_setup": {"NotFound"},  # the same
}
"""What a use case refuses and no request to the route can have."""

APPLICATION = build_embedded()
CONTEXTS = {
    field.name
    for field in fields(Application)
    if type(getattr(APPLICATION, field.name)).__name__.endswith("UseCases")
}
TITLES = {problem_title(kind): kind.__name__ for kind in STATUS}


def handlers() -> Iterator[HTTPRouteHandler]:
    for route in create_app(APPLICATION).routes:
        for handler in getattr(route, "route_handlers", ()):
            if isinstance(handler, HTTPRouteHandler) and handler.responses and called_by(handler):
                yield handler


def called_by(handler: HTTPRouteHandler) -> set[str]:
    """Return the use cases that the handler calls, such as `orders.ship_pair`.

    A method of one is `operations.find_user.by_email`.
    """
    source = ast.parse(dedent(inspect.getsource(handler.fn)))
    said = {ast.unparse(node) for node in ast.walk(source) if isinstance(node, ast.Attribute)}
    whole = {each for each in said if not any(other.startswith(f"{each}.") for other in said)}
    found = {each.removeprefix("application.") for each in whole if each.startswith("application.")}
    return {each for each in found if each.partition(".")[0] in CONTEXTS}


def refused_by(called: str) -> set[str]:
    """Return what a use case, `orders.ship_pair`, or a method of one refuses."""
    context, verb, *method = called.split(".")
    use_case = type(getattr(getattr(APPLICATION, context), verb))
    doc = inspect.getdoc(getattr(use_case, *(method or ["__call__"])))
    places_quotes = getattr(use_case, "check_standing", None)
    return raised_by(doc) | raised_by(inspect.getdoc(places_quotes))


def documented_by(handler: HTTPRouteHandler) -> set[str]:
    assert handler.responses is not None
    told = (title for each in handler.responses.values() for title in each.description.split("; "))
    return {TITLES[title] for title in told if title in TITLES}


def _name(handler: HTTPRouteHandler) -> str:
    return handler.fn.__qualname__


HANDLERS: list[HTTPRouteHandler] = list(handlers())
HANDLERS.sort(key=_name)  # in one order, or xdist would not know them again


@pytest.mark.parametrize("handler", HANDLERS, ids=_name)
def test_route_documents_what_its_use_cases_refuse(handler: HTTPRouteHandler) -> None:
    refused = set().union(*map(refused_by, called_by(handler)))
    documented = documented_by(handler)
    name = handler.fn.__name__

    assert refused - EDGE - CANNOT_BE.get(name, set()) <= documented
    assert documented - EDGE - CHECKED_BY_ROUTE.get(name, set()) <= refused
