"""`solebook admin reindex` on the database of a stopped exchange."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import TypeVar

from solebook.composition.application import Application
from solebook.composition.container import open_application
from solebook.config.settings import Settings
from solebook.ports.language.search import SearchQuery
from solebook.ports.language.users import OPERATOR

from .conftest import Run
from .test_main import one_line

T = TypeVar("T")


def within(folder: Path, work: Callable[[Application], Awaitable[T]]) -> T:
    """Run something in the exchange of a folder, without relaying its messages."""

    async def done() -> T:
        async with open_application(Settings(folder=str(folder))) as application:
            return await work(application)

    return asyncio.run(done())


async def create_products(app: Application) -> None:
    for colorway in ("Zebra", "Beluga"):
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
    results = await app.adapters.search_index.search(SearchQuery("testbrnd"))
    return sorted(hit.colorway for hit in results.hits)


def test_products_missing_in_the_index_are_found_afterwards(folder: Path, run: Run) -> None:
    within(folder, create_products)
    assert within(folder, found) == []
    done = run("admin", "reindex")
    assert (done.code, done.out, done.err) == (0, "2 products indexed\n", "")
    assert within(folder, found) == ["Beluga", "Zebra"]
    assert run("admin", "reindex").out == "2 products indexed\n"


def test_an_exchange_without_products_has_an_empty_index(folder: Path, run: Run) -> None:
    assert run("admin", "reindex").out == "0 products indexed\n"


def test_a_store_in_memory_cannot_be_reindexed(folder: Path, run: Run) -> None:
    (folder.parent / "solebook.toml").write_text('[store]\nadapter = "memory"\n')
    done = run("admin", "reindex")
    assert (done.code, done.out) == (1, "")
    assert "in memory" in one_line(done.err)
