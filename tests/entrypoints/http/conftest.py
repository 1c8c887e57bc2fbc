"""The application in memory, behind its API."""

from collections.abc import AsyncIterator
from functools import lru_cache

import httpx
import pytest
from litestar import Litestar
from litestar.types import ASGIApp

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.application import Application
from solebook.composition.embedded import build_embedded
from solebook.composition.engine import engine_of
from solebook.config.http import HttpSettings
from solebook.config.stream import StreamSettings
from solebook.entrypoints.http.app import before_routes, build_routes
from solebook.entrypoints.http.behind import Behind, behind_routes
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.language.rate_limits import RateLimit
from solebook.ports.language.users import Role

from .world import PRODUCT, Person, World

PLENTY = RateLimit(burst=1_000_000, per_second=1_000_000)


@pytest.fixture
def settings() -> HttpSettings:
    return HttpSettings(
        user_limit=PLENTY, key_limit=PLENTY, address_limit=PLENTY, credentials_limit=PLENTY
    )


@pytest.fixture
def stream_settings() -> StreamSettings:
    return StreamSettings()


@pytest.fixture
def application(clock: VirtualClock) -> Application:
    return build_embedded(seed=3, clock=clock)


@lru_cache(maxsize=8)
def routes(settings: HttpSettings) -> tuple[Litestar, ASGIApp, list[Behind]]:
    """The routes, which are built once: that takes longer than most tests."""
    behind: list[Behind] = []
    app = build_routes(settings, lambda: behind[-1])
    return app, app.asgi_handler, behind


def app_of(
    application: Application, settings: HttpSettings, stream_settings: StreamSettings
) -> Litestar:
    """Return what `create_app` returns, until the next call."""
    app, handler, behind = routes(settings)
    behind[:] = [behind_routes(application, settings, stream_settings)]
    app.asgi_handler = before_routes(handler, settings, lambda: behind[-1])
    return app


@pytest.fixture
async def world(
    application: Application,
    clock: VirtualClock,
    settings: HttpSettings,
    stream_settings: StreamSettings,
) -> AsyncIterator[World]:
    app = app_of(application, settings, stream_settings)
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # Litestar's own ASGI types
    await engine_of(application).start()
    async with httpx.AsyncClient(transport=transport, base_url="http://market.test") as client:
        yield World(application, app, client, clock, Workers(application))
    await engine_of(application).stop()


@pytest.fixture
async def admin(world: World) -> Person:
    return await world.person("admin", Role.ADMIN)


@pytest.fixture
async def authenticator(world: World) -> Person:
    return await world.person("authenticator", Role.AUTHENTICATOR)


@pytest.fixture
async def market(world: World, admin: Person) -> World:
    """The world with a product to trade."""
    world.product_id = (await world.ok("POST", "/v1/products", admin, json=PRODUCT))["id"]
    return world


@pytest.fixture
async def buyer(market: World) -> Person:
    return await market.buyer("buyer")


@pytest.fixture
async def seller(market: World) -> Person:
    return await market.seller("seller")
