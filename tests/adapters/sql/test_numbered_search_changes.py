"""Search indexes from before revision 0050, whose writes had no numbers."""

from contextlib import suppress
from pathlib import Path
from uuid import UUID

import pytest
from alembic import command

from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.sql.search.sqlite_search_index import SqliteSearchIndex
from solebook.ports.language.ids import ProductId
from solebook.ports.language.search import SearchQuery

from .revisions import rows, run
from .test_migrate import execute

DUNK, GONE = ProductId(UUID(int=1)), ProductId(UUID(int=2))


@pytest.fixture
async def older(tmp_path: Path) -> Path:
    path = tmp_path / "older.db"
    await run(path, "0049", command.upgrade)
    execute(
        path,
        f"""INSERT INTO search_documents_a (number, product_id, version, style_code, style_key,
                brand, brand_key, model, colorway, retail_price, release_date, year, sizes, words,
                lowest_ask, sales, as_of)
            VALUES (7, '{DUNK.hex}', 1, 'DD1391-100', 'dd1391100', 'Nike', 'nike', 'Dunk Low',
                'White', 11000, '2021-03-10', 2021, ' 9 10.5 ', 'nike dunk', 20000, 3,
                '2026-03-01 12:00:00.000000')""",
    )
    execute(path, "INSERT INTO search_text_a (rowid, text) VALUES (7, 'nike dunk')")
    execute(path, f"INSERT INTO search_removed VALUES ('{GONE.hex}')")
    return path


async def test_products_are_found_as_before(older: Path) -> None:
    await run(older, "head", command.upgrade)
    async with SqlDatabase(f"sqlite:///{older}") as database:
        index = SqliteSearchIndex(database)
        results = await index.search(SearchQuery("dunk"))
        [hit] = results.hits
        assert (hit.product_id, hit.sizes, hit.lowest_ask) == (DUNK, ("9", "10.5"), 20_000)
        await index.remove(DUNK)
        assert (await index.search(SearchQuery("dunk"))).total == 0


async def test_such_an_index_is_outdated_until_it_is_rebuilt(older: Path) -> None:
    await run(older, "head", command.upgrade)
    async with SqlDatabase(f"sqlite:///{older}") as database:
        index = SqliteSearchIndex(database)
        assert await index.is_outdated()
        with suppress(KeyError):
            async with index.rebuild():
                raise KeyError
        assert await index.is_outdated()
        async with index.rebuild():
            assert await index.is_outdated()
        assert not await index.is_outdated()


async def test_rows_are_as_before_after_a_downgrade(older: Path) -> None:
    tables = ("search_index", "search_documents_a", "search_removed")
    before = [rows(older, f"SELECT * FROM {table}") for table in tables]
    await run(older, "0050", command.upgrade)
    await run(older, "0049", command.downgrade)
    assert [rows(older, f"SELECT * FROM {table}") for table in tables] == before
