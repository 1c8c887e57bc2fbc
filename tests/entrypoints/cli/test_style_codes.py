"""`solebook admin style-codes` on a database with duplicate products."""

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from solebook.composition.application import Application
from solebook.composition.container import open_application
from solebook.config.settings import Settings
from solebook.entrypoints.cli.serve import report_doubled_products
from solebook.ports.language.users import OPERATOR

from .conftest import Run


def within(folder: Path, work: Callable[[Application], Awaitable[None]]) -> None:
    """Run something in the exchange of a folder."""

    async def done() -> None:
        async with open_application(Settings(folder=str(folder))) as application:
            await work(application)

    asyncio.run(done())


@pytest.fixture
def doubled(folder: Path) -> Path:
    """Return a folder with duplicate products, as an older version allowed them."""

    async def create(app: Application) -> None:
        for style_code in ("DD1391-100", "DD1391-101", "DD1391-102"):
            await app.catalog.create_product(
                OPERATOR,
                style_code=style_code,
                brand="Brand",
                model="Model",
                colorway="White",
                retail_price=11_000,
                release_date=date(2021, 3, 10),
                sizes=["9"],
                images=[],
            )

    within(folder, create)
    with closing(sqlite3.connect(folder / "solebook.sqlite3")) as database:
        database.execute(
            "UPDATE products SET style_code = 'dd1391 100', style_key = NULL"
            " WHERE style_code IN ('DD1391-101', 'DD1391-102')"
        )
        database.commit()
    return folder


def ids(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "solebook.sqlite3")) as database:
        rows = database.execute("SELECT id FROM products ORDER BY id").fetchall()
    return [str(UUID(id_)) for (id_,) in rows]


def test_duplicate_products_are_listed_with_the_original(doubled: Path, run: Run) -> None:
    first, second, third = ids(doubled)
    assert run("admin", "style-codes").out == (
        f"{third}  dd1391 100  is also  {first}  DD1391-100\n"
        f"{second}  dd1391 100  is also  {first}  DD1391-100\n"
        "2 duplicate products\n"
    )


def test_duplicate_products_are_listed_page_by_page(doubled: Path, run: Run) -> None:
    _, second, third = ids(doubled)
    shown = run("admin", "style-codes", "--limit", "1").out
    assert third in shown
    assert f"there are more: solebook admin style-codes --limit 1 --after {third}" in shown
    shown = run("admin", "style-codes", "--limit", "1", "--after", third).out
    assert second in shown
    assert "there are more" not in shown


@pytest.mark.usefixtures("folder")
def test_a_catalogue_without_duplicates_says_so(run: Run) -> None:
    assert run("admin", "style-codes").out == "no duplicate products\n"


def test_duplicates_are_logged_at_the_start(
    doubled: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        within(doubled, report_doubled_products)
    assert "`solebook admin style-codes` lists them" in caplog.text


def test_a_catalogue_without_duplicates_logs_nothing(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        within(folder, report_doubled_products)
    assert "style" not in caplog.text
