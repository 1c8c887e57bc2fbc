"""Two processes of one exchange whose Redis fails: no answer is wrong, and none is late."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from solebook.composition.application import Application
from solebook.composition.container import open_application
from solebook.composition.health import view_health_of
from solebook.config.http import HttpSettings
from solebook.config.redis import RedisSettings
from solebook.config.settings import Settings
from solebook.entrypoints.http.app import create_app
from solebook.ports.language.catalog import Product
from solebook.ports.language.ids import UserId
from solebook.ports.language.rate_limits import RateLimit
from solebook.ports.language.users import Actor, Role

from ..redis_connections import PATIENCE, some_prefix
from ..valkey_server import ValkeyServer
from .redis_faults import FAULTS, Hesitation, hesitation

PLENTY = RateLimit(burst=1_000_000, per_second=1_000_000)
FREE = HttpSettings(user_limit=PLENTY, address_limit=PLENTY, credentials_limit=PLENTY)
ADMIN = Actor(UserId(UUID(int=1)), frozenset({Role.ADMIN}))
PERSON = {"email": "person@example.com", "password": "correct horse battery"}
TOLERATED = 0.5
"""Seconds by which a request may be late because of Redis."""


@dataclass
class Process:
    application: Application
    client: httpx.AsyncClient
    late: Hesitation

    async def call(self, method: str, path: str, token: str = "", **request: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return await self.late.of(
            lambda: self.client.request(method, path, headers=headers, **request)
        )

    async def sign_in(self) -> str:
        answer = await self.call("POST", "/v1/sessions", json=PERSON)
        assert answer.status_code == 201, answer.text
        token: str = answer.json()["access_token"]
        return token

    async def status_of(self, token: str) -> int:
        return (await self.call("GET", "/v1/users/me", token)).status_code


@dataclass
class Exchange:
    one: Process
    other: Process
    product: Product
    seen: dict[str, list[int]] = field(default_factory=dict)
    """The numbers in the colorways that each process showed."""

    async def edit(self, number: int) -> None:
        await self.one.application.catalog.edit_product(
            ADMIN, self.product.id, colorway=f"White {number}"
        )

    async def shown(self, process: Process) -> int:
        answer = await process.call("GET", f"/v1/products/{self.product.id}")
        assert answer.status_code == 200, answer.text
        return int(answer.json()["colorway"].removeprefix("White "))


@asynccontextmanager
async def opened(
    settings: Settings, server: ValkeyServer, http: HttpSettings = FREE
) -> AsyncIterator[Exchange]:
    redis = RedisSettings(url=server.url, prefix=some_prefix())
    settings = msgspec.structs.replace(settings, redis=redis)
    async with AsyncExitStack() as stack:
        late = stack.enter_context(hesitation())
        processes = []
        for _ in range(2):
            application = await stack.enter_async_context(open_application(settings))
            transport = httpx.ASGITransport(create_app(application, http))  # type: ignore[arg-type]
            client = httpx.AsyncClient(transport=transport, base_url="http://exchange.test")
            processes.append(Process(application, await stack.enter_async_context(client), late))
        one, other = processes
        await one.application.users.register_user(**PERSON, first_name="A", last_name="Person")
        product = await one.application.catalog.create_product(
            ADMIN,
            style_code="DD1391-100",
            brand="Nike",
            model="Dunk Low",
            colorway="White 0",
            retail_price=11_000,
            release_date=date(2021, 3, 10),
            sizes=("9",),
            images=(),
        )
        yield Exchange(one, other, product)


Fault = Callable[[ValkeyServer, float], AbstractAsyncContextManager[None]]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
async def test_no_answer_is_wrong_and_none_is_late(
    on_sqlite: Settings, own_valkey_server: ValkeyServer, fault: Fault, full: bool
) -> None:
    async with opened(on_sqlite, own_valkey_server) as exchange:
        one, other = exchange.one, exchange.other
        number = newest = 0
        for _ in range(10 if full else 1):
            async with fault(own_valkey_server, 5.0 if full else 2.5):
                for _ in range(5):
                    number += 1
                    token = await one.sign_in()
                    assert await other.status_of(token) == 200
                    await exchange.edit(number)
                    assert await exchange.shown(one) == number
                    newest = await later(exchange, newest)
                    assert (await one.call("DELETE", "/v1/sessions/current", token)).is_success
                    assert await other.status_of(token) == 401
                    assert await one.status_of(token) == 401
            async with asyncio.timeout(PATIENCE):
                while newest < number:
                    newest = await later(exchange, newest)
                    assert await exchange.shown(one) == number
        print(f"the longest request took {one.late.longest * 1000:.0f} ms")
        assert one.late.longest < TOLERATED


async def later(exchange: Exchange, newest: int) -> int:
    """Return which version the other process shows: none that is older than before."""
    shown = await exchange.shown(exchange.other)
    assert shown >= newest
    return shown


async def test_nobody_guesses_more_passwords_while_redis_is_away(
    on_sqlite: Settings, own_valkey_server: ValkeyServer
) -> None:
    strict = RateLimit(burst=10, per_second=0.001)
    http = HttpSettings(user_limit=PLENTY, address_limit=PLENTY, credentials_limit=strict)
    guess = PERSON | {"password": "wrong horse battery"}
    async with opened(on_sqlite, own_valkey_server, http) as exchange:
        own_valkey_server.kill()
        answers = await asyncio.gather(
            *(
                process.call("POST", "/v1/sessions", json=guess)
                for process in (exchange.one, exchange.other)
                for _ in range(20)
            )
        )
        statuses = [answer.status_code for answer in answers]
        assert (statuses.count(401), statuses.count(429)) == (10, 30)


async def test_its_health_tells_that_redis_is_not_used(
    on_sqlite: Settings, own_valkey_server: ValkeyServer
) -> None:
    async with opened(on_sqlite, own_valkey_server) as exchange:
        view_health = view_health_of(exchange.one.application)
        assert (await view_health())["redis"].state == "answers"
        own_valkey_server.pause()
        began = time.monotonic()
        health = (await view_health())["redis"]
        own_valkey_server.resume()
        assert (health.state, health.is_optional) == ("is not used", True)
        assert time.monotonic() - began < 2.0
