"""An exchange whose Typesense is stopped: trading goes on, and the index catches up."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from typing import Literal

import msgspec
import pytest

from solebook.composition.application import Application
from solebook.composition.container import open_application
from solebook.composition.health import view_health_of
from solebook.config.settings import Settings
from solebook.config.typesense import TypesenseSettings
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.search import SearchQuery
from solebook.ports.language.users import OPERATOR

from ..busy_machine import timed
from ..typesense_server import TypesenseServer

pytestmark = pytest.mark.alone

PATIENCE = 60.0


def with_typesense(
    settings: Settings, server: TypesenseServer, fallback: Literal["none", "store"] = "none"
) -> Settings:
    typesense = TypesenseSettings(url=server.url, api_key=server.key)
    return msgspec.structs.replace(settings, typesense=replace(typesense, fallback=fallback))


async def create(app: Application, colorway: str) -> None:
    await app.catalog.create_product(
        OPERATOR,
        style_code=f"TS-{colorway}",
        brand="Testbrand",
        model="Model",
        colorway=colorway,
        retail_price=22_000,
        release_date=date(2017, 2, 25),
        sizes=["9"],
        images=[],
    )


async def found(app: Application) -> list[str]:
    results = await app.search.search_products(SearchQuery("testbrnd"))
    return sorted(hit.colorway for hit in results.hits)


async def eventually_found(app: Application, *colorways: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                if await found(app) == list(colorways):
                    return
            except Unavailable:
                pass
            await asyncio.sleep(0.05)


async def eventually_answers(app: Application) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            if (await view_health_of(app)())["typesense"].state == "answers":
                return
            await asyncio.sleep(0.05)


async def quickly(call: Callable[[], Awaitable[object]]) -> None:
    """Call something that refuses within the limit of a call, and a second for this machine."""
    with timed() as took, pytest.raises(Unavailable):
        await call()
    assert took.own < 2.0


async def test_searches_are_refused_in_time_and_the_index_catches_up(
    on_sqlite: Settings, own_typesense_server: TypesenseServer
) -> None:
    server = own_typesense_server
    settings = with_typesense(on_sqlite, server)
    async with open_application(settings) as app, Workers(app).running():
        view_health = view_health_of(app)
        await create(app, "Beluga")
        await eventually_found(app, "Beluga")
        assert (await view_health())["typesense"].state == "answers"

        server.pause()  # it hangs, which is worse than being away
        for _ in range(5):
            await quickly(lambda: found(app))
        await create(app, "Zebra")
        health = (await view_health())["typesense"]
        assert (health.state, health.is_optional) == ("is not used", True)
        server.resume()
        server.kill()
        await create(app, "Cream")
        await quickly(lambda: found(app))

        server.start()
        await eventually_found(app, "Beluga", "Cream", "Zebra")


async def test_the_store_answers_while_typesense_does_not(
    on_sqlite: Settings, own_typesense_server: TypesenseServer
) -> None:
    server = own_typesense_server
    settings = with_typesense(on_sqlite, server, "store")
    async with open_application(settings) as app, Workers(app).running():
        await create(app, "Beluga")
        await eventually_found(app, "Beluga")
        server.kill()
        await create(app, "Zebra")
        await eventually_found(app, "Beluga", "Zebra")
        server.start()
        await eventually_answers(app)
        await eventually_found(app, "Beluga", "Zebra")
