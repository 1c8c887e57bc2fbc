"""The document of the API, and the page made from it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from solebook.composition.embedded import build_embedded
from solebook.entrypoints.http.app import create_app
from solebook.entrypoints.http.edge.problems import PROBLEM_JSON
from solebook.entrypoints.http.edge.request_checks import takes_body
from solebook.entrypoints.http.edge.roles import RoleGuard
from solebook.entrypoints.http.openapi.reference import page

from .world import World, is_page


class Documented(NamedTuple):
    """A route and what the document says of it."""

    name: str
    handler: HTTPRouteHandler
    operation: dict[str, Any]


@pytest.fixture(scope="module")
def app() -> Litestar:
    return create_app(build_embedded())


@pytest.fixture(scope="module")
def document(app: Litestar) -> dict[str, Any]:
    return app.openapi_schema.to_schema()


@pytest.fixture(scope="module")
def routes(app: Litestar, document: dict[str, Any]) -> list[Documented]:
    return list(_routes(app, document))


def _routes(app: Litestar, document: dict[str, Any]) -> Iterator[Documented]:
    for route in app.routes:
        if not isinstance(route, HTTPRoute) or route.path.startswith(("/schema", "/account")):
            continue
        if is_page(route):
            continue
        for handler in route.route_handlers:
            for method in set(handler.http_methods) - {"OPTIONS"}:
                operation = document["paths"][route.path_format][method.lower()]
                yield Documented(f"{method} {route.path_format}", handler, operation)


def test_every_route_says_what_it_is_for(routes: list[Documented]) -> None:
    assert len(routes) > 60
    for name, _, operation in routes:
        assert len(operation["tags"]) == 1, name
        assert operation["summary"], name
        assert operation["description"].endswith("."), name


def test_every_route_is_in_the_http_guide(routes: list[Documented]) -> None:
    guide = (Path(__file__).parents[3] / "docs" / "http-guide.md").read_text("utf-8")
    # In a heading as /v1/bids/{id}, or in a call as $api/bids/$bid.
    shown = re.sub(r"\$\w+", "{id}", guide.replace("$api", "/v1"))
    paths = {name: name.partition(" ")[2] for name, _, _ in routes}
    missing = [name for name, path in paths.items() if re.sub(r"{\w+}", "{id}", path) not in shown]
    assert missing == []


def test_a_route_asks_for_a_token_unless_it_is_public(routes: list[Documented]) -> None:
    for name, handler, operation in routes:
        optional = "auth_is_optional" in handler.opt
        public = bool(handler.opt.get("exclude_from_auth")) or optional
        assert (operation.get("security") == [{}]) is public, name
        # Signing in answers 401 too: to the wrong password or refresh token. So does a route
        # where a token is optional, to one that is no good.
        says_401 = not public or optional or "sessions" in name
        assert ("401" in operation["responses"]) is says_401, name


def test_a_route_says_403_if_it_asks_for_a_role(routes: list[Documented]) -> None:
    for name, handler, operation in routes:
        if any(isinstance(guard, RoleGuard) for guard in handler.resolve_guards()):
            assert "403" in operation["responses"], name


RAW = {
    *(f"POST /v1/webhooks/{sender}" for sender in ("stripe", "sendgrid", "twilio")),
    "POST /v1/authentication/tasks/{task_id}/photos",
}
"""What verifies a signature over the bytes of its body, or takes a photo."""


def test_a_body_has_an_example_and_is_refused_as_documented(routes: list[Documented]) -> None:
    for name, handler, operation in routes:
        raw = name in RAW
        assert ("requestBody" in operation) is (takes_body(handler) or raw), name
        assert ({"413", "415"} <= set(operation["responses"])) is ("requestBody" in operation), name
        if takes_body(handler):
            [media] = operation["requestBody"]["content"].values()
            assert media["schema"]["examples"], name


def test_every_error_is_a_problem(routes: list[Documented]) -> None:
    for name, _, operation in routes:
        errors = {s: r for s, r in operation["responses"].items() if s >= "400"}
        assert {"400", "429", "503"} <= set(errors), name
        for status, response in errors.items():
            assert list(response["content"]) == [PROBLEM_JSON], (name, status)


def test_shapes_have_short_names(document: dict[str, Any]) -> None:
    assert all(re.fullmatch(r"[A-Z]\w+", name) for name in document["components"]["schemas"])


async def test_the_document_describes_its_shapes(world: World) -> None:
    answer = await world.get("/schema/openapi.json")
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json"
    shapes = answer.json()["components"]["schemas"]
    assert shapes["QuoteView"]["description"].startswith("A bid or an ask, for its owner.")
    assert answer.json()["info"]["title"] == "solebook"


async def test_the_page_shows_every_route_and_needs_nothing_from_elsewhere(
    world: World, routes: list[Documented]
) -> None:
    answer = await world.get("/schema")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    shown = answer.text
    for name, _, operation in routes:
        method, path = name.split()
        assert f">{method}</b><code>{path}</code>" in shown, name
        assert operation["summary"].replace("'", "&#x27;") in shown, name
    assert "<script" not in shown
    assert re.findall(r"(?:src|href)='(?!#|/)", shown) == []
    links = set(re.findall(r"href='#(\w+)'", shown))
    assert links <= set(re.findall(r"id='(\w+)'", shown))
    assert "&lt;" not in re.sub(r"<[^>]+>", "", shown)


async def test_the_page_tells_types_and_limits_in_words(world: World) -> None:
    shown = (await world.get("/schema")).text
    for words in (
        "integer from 1 to 9007199254740991",
        "integer from 1 to 3650",
        "string of length 1 up to length 10",
        "list of string of at most 20",
        "<a href='#NewQuote'>NewQuote</a>",
        "<a href='#MatchView'>MatchView</a> or null",
    ):
        assert f">{words}<" in shown or f" {words}<" in shown, words


def test_the_page_writes_text_as_text() -> None:
    document = {
        "info": {"title": "<b>", "version": "1", "description": "<i>"},
        "tags": [],
        "paths": {},
        "components": {"schemas": {}},
    }
    written = "".join(page(document, "/schema/openapi.json"))
    assert "<b>" not in written
    assert "&lt;b&gt;" in written
