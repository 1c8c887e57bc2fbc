"""Exchanges from before revision 0056, which had no clock to agree on."""

from pathlib import Path

import pytest
from alembic import command

from .revisions import rows, run
from .test_migrate import execute


@pytest.mark.parametrize("is_used", [True, False])
async def test_an_exchange_that_has_run_stays_on_real_time(tmp_path: Path, is_used: bool) -> None:
    older = tmp_path / "older.db"
    await run(older, "0055", command.upgrade)
    if is_used:
        execute(older, "INSERT INTO sign_of_life VALUES (1, '2026-03-01 12:00:00.000000')")
    await run(older, "head", command.upgrade)
    offsets = rows(older, "SELECT * FROM clock_offset")
    assert offsets == ([(1, 0)] if is_used else [])
