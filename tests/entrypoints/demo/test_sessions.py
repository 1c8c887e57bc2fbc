"""A user of the demo signs in again when the clock has jumped past the life of their token."""

import asyncio
from typing import Any

import httpx
import pytest

from solebook.entrypoints.demo.api import Api, ApiRefusal

CREDENTIALS = {"email": "buyer@example.com", "password": "correct horse battery"}


class Exchange(httpx.AsyncBaseTransport):
    """Accepts the latest token only."""

    def __init__(self) -> None:
        self.sign_ins = 0
        self.keys: list[str] = []
        self.is_open = True

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        if request.url.path == "/v1/sessions":
            self.sign_ins += 1
            return httpx.Response(201, json={"access_token": f"token-{self.sign_ins}"})
        self.keys.append(request.headers.get("Idempotency-Key", ""))
        valid = f"Bearer token-{self.sign_ins}"
        if not self.is_open or request.headers.get("Authorization") != valid:
            return httpx.Response(401, json={})
        return httpx.Response(200, json={"path": request.url.path})

    def expire(self) -> None:
        """Let nobody in with a token from before."""
        self.sign_ins += 10


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


@pytest.fixture
async def api(exchange: Exchange) -> Api:
    http = httpx.AsyncClient(transport=exchange, base_url="http://test")
    api = Api(http, CREDENTIALS)
    await api.sign_in()
    return api


async def test_they_sign_in_once_however_many_requests_were_refused(
    api: Api, exchange: Exchange
) -> None:
    exchange.expire()
    answers: list[Any] = await asyncio.gather(*(api.get(f"/orders/{n}") for n in range(5)))
    assert [answer["path"] for answer in answers] == [f"/v1/orders/{n}" for n in range(5)]
    assert exchange.sign_ins == 1 + 10 + 1


async def test_what_they_repeat_is_the_same_request(api: Api, exchange: Exchange) -> None:
    exchange.expire()
    await api.post("/bids", {})
    first, second = exchange.keys
    assert first == second != ""


async def test_one_who_is_refused_all_the_same_is_told(api: Api, exchange: Exchange) -> None:
    exchange.is_open = False
    with pytest.raises(ApiRefusal, match="401"):
        await api.get("/orders")
    assert exchange.sign_ins == 2


async def test_a_visitor_does_not_sign_in(exchange: Exchange) -> None:
    with pytest.raises(ApiRefusal, match="401"):
        await Api(httpx.AsyncClient(transport=exchange, base_url="http://test")).get("/orders")
    assert exchange.sign_ins == 0
