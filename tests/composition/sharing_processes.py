"""Two processes of one exchange that share Redis, as their users see them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import msgspec

from solebook.adapters.redis.revoked_sessions import GOOD_FOR
from solebook.composition.application import Application
from solebook.composition.container import open_application
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
from .redis_faults import Hesitation, hesitation

PLENTY = RateLimit(burst=1_000_000, per_second=1_000_000)
FREE = HttpSettings(user_limit=PLENTY, address_limit=PLENTY, credentials_limit=PLENTY)
ADMIN = Actor(UserId(UUID(int=1)), frozenset({Role.ADMIN}))
PERSON: dict[str, Any] = {"email": "person@example.com", "password": "correct horse battery"}


@dataclass
class Process:
    application: Application
    client: httpx.AsyncClient
    late: Hesitation

    async def call(self, method: str, path: str, token: str = "", **request: Any) -> httpx.Response:
        headers = request.pop("headers", {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
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
    number: int = 0
    """The number in the colorway that `use` has given it last."""

    async def edit(self, number: int) -> None:
        await self.one.application.catalog.edit_product(
            ADMIN, self.product.id, colorway=f"White {number}"
        )

    async def shown(self, process: Process) -> int:
        answer = await process.call("GET", f"/v1/products/{self.product.id}")
        assert answer.status_code == 200, answer.text
        return int(answer.json()["colorway"].removeprefix("White "))

    async def use(self, until: Callable[[], bool]) -> int:
        """Sign in, edit, look and sign out at both processes, and return how often."""
        first = newest = self.number
        while not until():
            self.number += 1
            token = await self.one.sign_in()
            assert await self.other.status_of(token) == 200
            await self.edit(self.number)
            assert await self.shown(self.one) == self.number
            shown = await self.shown(self.other)
            assert shown >= newest
            newest = shown
            assert (await self.one.call("DELETE", "/v1/sessions/current", token)).is_success
            for process in (self.other, self.one):
                await self.refuses(process, token)
        await self.shows(self.other, self.number)
        return self.number - first

    async def refuses(self, process: Process, token: str) -> None:
        """Check that a session is refused, after at most the time that is documented.

        It is accepted for so long if the process that has revoked it did not reach Redis.
        """
        if await process.status_of(token) != 401:
            await asyncio.sleep(GOOD_FOR)
            assert await process.status_of(token) == 401

    async def shows(self, process: Process, number: int) -> None:
        """Wait until a process shows the product as it was edited."""
        async with asyncio.timeout(PATIENCE):
            while await self.shown(process) != number:
                pass


def settings_of(server: ValkeyServer) -> RedisSettings:
    return RedisSettings(url=server.url, prefix=some_prefix())


@asynccontextmanager
async def opened(
    settings: Settings, redis: RedisSettings, http: HttpSettings = FREE
) -> AsyncIterator[Exchange]:
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
            style_code="DD1391-101",
            brand="Nike",
            model="Dunk Low",
            colorway="White 0",
            retail_price=11_000,
            release_date=date(2021, 3, 10),
            sizes=("9",),
            images=(),
        )
        yield Exchange(one, other, product)
