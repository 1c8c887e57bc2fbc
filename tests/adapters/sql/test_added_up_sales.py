"""Sales from before revision 0047, which had no turnovers."""

from pathlib import Path
from uuid import UUID

import pytest
from alembic import command

from .revisions import rows, run
from .test_migrate import execute

AT = "2026-03-01 12:00:00.000000"
DUNK, ZEBRA = UUID(int=1).hex, UUID(int=2).hex


@pytest.fixture
async def older(tmp_path: Path) -> Path:
    path = tmp_path / "older.db"
    await run(path, "0046", command.upgrade)
    sales = (
        f"'{DUNK}', '9', 'new', 20000, '{AT}', 0",
        f"'{DUNK}', '9', 'new', 30000, '{AT}', 0",
        f"'{DUNK}', '9', 'new', 99000, '{AT}', 1",
        f"'{DUNK}', '9', 'used', 7000, '{AT}', 0",
        f"'{DUNK}', '10', 'new', 88000, '{AT}', 1",
        f"'{ZEBRA}', '9', 'new', 40000, '{AT}', 0",
        "NULL, NULL, NULL, NULL, NULL, 1",
    )
    for number, sale in enumerate(sales):
        columns = "order_id, product_id, size, condition, price, sold_at, voided"
        execute(path, f"INSERT INTO sales ({columns}) VALUES ('{UUID(int=number).hex}', {sale})")
    return path


async def test_sales_are_added_up_by_book_without_voided_ones(older: Path) -> None:
    await run(older, "0047", command.upgrade)
    assert rows(older, "SELECT * FROM turnovers ORDER BY product_id, size, condition") == [
        (DUNK, "9", "new", 2, 50_000),
        (DUNK, "9", "used", 1, 7_000),
        (ZEBRA, "9", "new", 1, 40_000),
    ]


async def test_sales_stay_after_a_downgrade(older: Path) -> None:
    before = rows(older, "SELECT * FROM sales")
    await run(older, "0047", command.upgrade)
    await run(older, "0046", command.downgrade)
    assert rows(older, "SELECT * FROM sales") == before
