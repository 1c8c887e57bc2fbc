"""How refusals and errors are told."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, get_type_hints
from uuid import UUID

import httpx
import msgspec
import pytest
from litestar import Litestar, Request, get

from solebook.adapters.nats.network import ConnectionLost
from solebook.entrypoints.http.app import create_app
from solebook.entrypoints.http.edge.problems import (
    PROBLEM_JSON,
    RENAMED,
    STATUS,
    Problem,
    problem_type,
    refusal_response,
)
from solebook.ports.language.errors import OutsideTick, Refusal, Unavailable

from .security_headers import missing_headers
from .world import World

_EXAMPLES: dict[object, Any] = {
    int: 7,
    float: 2.5,
    bool: True,
    UUID: UUID(int=7),
    datetime: datetime(2026, 3, 2, tzinfo=UTC),
    tuple[str, ...]: ("one", "two"),
    int | None: None,
}
REQUEST: Any = Request({"type": "http", "headers": []})  # type: ignore[arg-type]  # enough of one
KINDS = sorted(STATUS, key=problem_type)
TAKEN = {field.name for field in msgspec.structs.fields(Problem)} | {"instance"}
"""Members that every problem may have."""


def refusals(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for subclass in kind.__subclasses__():
        yield subclass
        yield from refusals(subclass)


def example(kind: type[Refusal], text: str = "text") -> Refusal:
    values = _EXAMPLES | {str: text}
    return kind(**{name: values[hint] for name, hint in get_type_hints(kind).items()})


def test_every_refusal_of_the_ports_has_its_row() -> None:
    assert set(STATUS) == {kind for kind in refusals() if ".ports." in kind.__module__}


def test_a_refusal_of_an_adapter_is_told_like_its_base() -> None:
    lost = refusal_response(REQUEST, ConnectionLost(what="the matching engine"))
    unavailable = refusal_response(REQUEST, Unavailable(what="the matching engine"))
    assert lost.status_code == unavailable.status_code == 503
    assert lost.content == unavailable.content


def test_no_two_refusals_share_a_name() -> None:
    assert len({problem_type(kind) for kind in STATUS}) == len(STATUS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_is_told_with_its_data(kind: type[Refusal]) -> None:
    refusal = example(kind)
    response = refusal_response(REQUEST, refusal)
    body = msgspec.json.decode(msgspec.json.encode(response.content))
    assert (response.status_code, response.media_type) == (STATUS[kind], PROBLEM_JSON)
    assert list(body)[:4] == ["type", "title", "status", "detail"]
    assert (body["status"], body["detail"]) == (STATUS[kind], str(refusal))
    told = msgspec.json.decode(msgspec.json.encode(refusal.data()))
    names = {RENAMED.get(name, name): name for name in told}
    assert not set(names) & TAKEN
    assert {name: body[member] for member, name in names.items()} == told
    assert ("Retry-After" in response.headers) is (STATUS[kind] in (429, 503))
    assert ("WWW-Authenticate" in response.headers) is (STATUS[kind] == 401)


def test_a_refusals_type_is_made_of_its_name() -> None:
    assert problem_type(OutsideTick) == "/problems/outside-tick"


def test_waiting_is_told_in_whole_seconds_that_are_enough() -> None:
    refusal = next(kind for kind in STATUS if kind.__name__ == "RateLimited")
    response = refusal_response(REQUEST, refusal(retry_after=2.1))  # type: ignore[call-arg]  # RateLimited's field
    assert response.headers["Retry-After"] == "3"
    assert response.content["detail"] == "too many requests; try again in 3 s"


async def test_what_is_not_there_is_a_problem(world: World) -> None:
    for path in ("/nope", "/v1/nope", "/schema/nope", "/v1/bids/1", "/v1/products/x/book"):
        answer = await world.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM_JSON), path
        assert answer.json()["title"] == "Not Found"


async def test_a_method_that_is_not_there_is_told_with_those_that_are(world: World) -> None:
    answer = await world.call("PUT", "/v1/bids")
    assert (answer.status_code, answer.headers["content-type"]) == (405, PROBLEM_JSON)
    assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))


async def test_options_tells_the_methods_of_a_path(world: World) -> None:
    answer = await world.call("OPTIONS", f"/v1/bids/{UUID(int=7)}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH"


async def test_what_should_not_have_happened_is_logged_and_not_told(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    @get("/broken", opt={"exclude_from_auth": True})
    async def broken() -> None:
        raise RuntimeError("the secret is 42")

    app = create_app(world.application)
    app.register(broken)
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # Litestar's own ASGI types
    with caplog.at_level(logging.ERROR, "solebook.http"):
        async with httpx.AsyncClient(transport=transport, base_url="http://market.test") as client:
            answer = await client.get("/broken")
    assert (answer.status_code, answer.headers["content-type"]) == (500, PROBLEM_JSON)
    assert not missing_headers(answer)
    assert "42" not in answer.text
    assert "GET '/broken' failed" in caplog.text
    assert "the secret is 42" in caplog.text


def test_the_app_is_no_debugger(world: World) -> None:
    assert isinstance(world.app, Litestar)
    assert not world.app.debug
