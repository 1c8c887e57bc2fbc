"""Migration of older products: duplicate style codes stay, invalid sizes are removed."""

import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from alembic import command
from sqlalchemy import Connection

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.sql.migrate import configuration_before, connected
from solebook.composition.adapters import Store
from solebook.composition.sql_store import build_sql_store, open_sql_database
from solebook.ports.language.catalog import DoubledProduct
from solebook.ports.language.errors import StyleCodeTaken
from solebook.ports.language.events import ProductChanged
from solebook.ports.language.ids import ProductId
from solebook.ports.language.paging import PageRequest

from ...ports.pages import all_pages
from ...ports.records import Records

OLDER = "0024"
FIRST, SECOND, THIRD, OTHER = (ProductId(UUID(int=number)) for number in range(1, 5))


def product(id_: ProductId, style_code: str) -> str:
    return f"""\
        INSERT INTO products VALUES ('{id_.hex}', '{style_code}', 'Brand', 'Model', 'White', 11000,
            '2021-03-10', '2026-02-02 12:00:00.000000', 1);"""


def size(id_: ProductId, number: int, size: str) -> str:
    return f"INSERT INTO sizes VALUES ('{id_.hex}', {number}, '{size}');"


ROWS = "".join(
    [
        product(SECOND, "dd1391 100"),
        product(FIRST, "DD1391-100"),
        product(THIRD, "DD-13/91 100"),
        product(OTHER, "DD1391-101"),
        *(size(SECOND, number, text) for number, text in enumerate(["1\u0660", "10", "1\uff10"])),
        size(FIRST, 0, "10"),
        size(THIRD, 0, "1\u00b9"),
    ]
)


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Return the log of the migration."""
    return "\n".join(record.getMessage() for record in caplog.get_records("setup"))


@pytest.fixture
async def store(
    tmp_path: Path, clock: VirtualClock, ids: SeededIds, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[Store]:
    """Return the store after the migration of an older database."""

    def upgrade(connection: Connection) -> None:
        command.upgrade(configuration_before(connection), OLDER)

    path = tmp_path / "older.db"
    async with connected(f"sqlite:///{path}") as connection:
        await connection.run_sync(upgrade)
    with closing(sqlite3.connect(path)) as database:
        database.executescript(ROWS)
    caplog.set_level(logging.WARNING)
    async with open_sql_database(f"sqlite:///{path}") as opened:
        yield build_sql_store(opened, clock=clock, ids=ids)


async def test_products_with_one_style_code_stay_and_are_reported(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    for product_id in (FIRST, SECOND, THIRD, OTHER):
        assert (await store.products.get(product_id)).release_date == date(2021, 3, 10)
    assert await all_pages(store.products.doubled, limit=1) == [
        DoubledProduct(THIRD, "DD-13/91 100", FIRST, "DD1391-100"),
        DoubledProduct(SECOND, "dd1391 100", FIRST, "DD1391-100"),
    ]
    assert "2 products have the style code of another product" in logged(caplog)


async def test_a_duplicate_product_can_be_edited(store: Store) -> None:
    for product_id in (FIRST, SECOND):
        before = await store.products.get(product_id)
        after = replace(before, model="Other", version=before.version + 1)
        async with store.transaction():
            await store.products.save(after)
        assert await store.products.get(product_id) == after
    assert len((await store.products.doubled(PageRequest())).items) == 2


async def test_a_new_product_with_an_existing_style_code_is_refused(
    store: Store, records: Records
) -> None:
    for spelling in ("DD1391-100", "dd1391 100", "DD1391100"):
        with pytest.raises(StyleCodeTaken):
            async with store.transaction():
                await store.products.add(records.product(style_code=spelling))


async def test_a_product_with_a_new_style_code_is_no_duplicate_any_more(store: Store) -> None:
    before = await store.products.get(SECOND)
    async with store.transaction():
        await store.products.save(
            replace(before, style_code="DD1391-102", version=before.version + 1)
        )
    doubled = (await store.products.doubled(PageRequest())).items
    assert [double.id for double in doubled] == [THIRD]


async def test_invalid_sizes_are_removed_and_the_search_index_is_updated(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    first, second, third = [await store.products.get(id_) for id_ in (FIRST, SECOND, THIRD)]
    assert (first.sizes, second.sizes, third.sizes) == (("10",), ("10",), ())
    assert (first.version, second.version, third.version) == (1, 2, 2)
    events = [message.event for message in await store.outbox.unsent(10)]
    assert events == [ProductChanged(SECOND, 2), ProductChanged(THIRD, 2)]
    assert "3 sizes that are none" in logged(caplog)
