"""No refusal is bigger than its request, or than a kilobyte if that is more."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from litestar.routes import HTTPRoute

from solebook.config.http import HttpSettings
from solebook.entrypoints.http.edge.problems import PROBLEM_JSON, refusal_response
from solebook.ports.language.errors import Refusal
from solebook.ports.language.rate_limits import RateLimit
from solebook.ports.language.users import Role

from .conftest import PLENTY
from .test_problems import KINDS, REQUEST, example
from .world import Person, World

MOST = 1_024
"""Bytes, with the head, of a refusal that cost the client a token of its limit."""
MOST_FREE = 350
"""Bytes of one that did not, because there was none left."""
LONG = '"\\\x01<é漢' * 600
"""Takes several times its length wherever it is quoted."""
_PARAMETER = re.compile(r"{[^}]*}")
_DATE = len("date: Sun, 06 Nov 1994 08:49:37 GMT\r\n")
"""What the server adds to each answer."""


def _size(answer: httpx.Response) -> int:
    line = f"HTTP/1.1 {answer.status_code} {HTTPStatus(answer.status_code).phrase}\r\n"
    head = sum(len(name) + len(value) + 4 for name, value in answer.headers.raw)
    return len(line) + head + _DATE + 2 + len(answer.content)


def _size_asked(request: httpx.Request) -> int:
    line = f"{request.method} {request.url.raw_path.decode()} HTTP/1.1\r\n"
    sent = ("host", "authorization", "content-type", "content-length")
    head = sum(len(n) + len(v) + 4 for n, v in request.headers.raw if n.decode().lower() in sent)
    return len(line) + head + 2 + len(request.content)


def _handlers(world: World) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    for route in world.app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for method in sorted(handler.http_methods - {"OPTIONS"}):
                    yield method, route.path_format, handler


def _wrong(path: str, handler: HTTPRouteHandler) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield paths with queries, and further arguments of requests."""
    parameters = handler.parsed_fn_signature.parameters
    asked = [
        field.kwarg_definition.name or field.name
        for field in parameters.values()
        if isinstance(field.kwarg_definition, QueryParameter)
    ]
    yield path, {}
    yield path, {"headers": {"Idempotency-Key": "k" * 4_000}}
    yield path.replace(str(UUID(int=7)), "x" * 4_000), {}
    yield path, {"params": {"strange": "1"}}
    yield path, {"params": {f"{n}{LONG[:100]}": "1" for n in range(9)}}
    for name in asked:
        yield path, {"params": {name: LONG[:1_000]}}
    if "data" not in parameters:
        return
    for body in (b"[" * 4_000, b"{}", b"9" * 4_000, msgspec.json.encode({LONG: 1})):
        yield path, {"content": body, "headers": {"Content-Type": "application/json"}}
    annotation = parameters["data"].annotation
    for field in msgspec.structs.fields(annotation):
        yield path, {"json": {field.encode_name: LONG}}
        yield path, {"json": {field.encode_name: [LONG]}}


async def test_no_refusal_is_bigger_than_its_request_or_a_kilobyte(market: World) -> None:
    admin = await market.person("chief", *Role)
    kinds = set()
    for method, template, handler in _handlers(market):
        path = _PARAMETER.sub(str(UUID(int=7)), template)
        for target, more in _wrong(path, handler):
            for who in (Person("nobody"), admin):
                answer = await market.call(method, target, who, **more)
                if answer.headers.get("content-type") != PROBLEM_JSON:
                    continue
                kinds.add(answer.json()["title"])
                most = max(_size_asked(answer.request), MOST)
                assert _size(answer) <= most, (method, target, more, answer.text)
    assert {"Not Found", "Malformed request", "Invalid token", "Invalid text"} <= kinds


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_refusal_fits_whatever_it_quotes(kind: type[Refusal]) -> None:
    refused = refusal_response(REQUEST, example(kind, text=LONG))
    assert len(msgspec.json.encode(refused.content)) <= MOST - 224  # its head


class TestLimited:
    @pytest.fixture
    def settings(self) -> HttpSettings:
        one = RateLimit(burst=1, per_second=0.001)
        return HttpSettings(user_limit=PLENTY, address_limit=one, credentials_limit=PLENTY)

    async def test_what_cost_its_client_nothing_is_smaller(self, world: World) -> None:
        await world.get("/nowhere")
        for path in ("/nowhere", "/v1/search", "/schema"):
            refused = await world.get(path)
            assert (refused.status_code, _size(refused) <= MOST_FREE) == (429, True), refused.text
