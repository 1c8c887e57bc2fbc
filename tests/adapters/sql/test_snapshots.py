"""Snapshots: many reads that see the store as of one instant."""

from pathlib import Path

import pytest
from sqlalchemy import select

from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.sql.engine.statement import Statement
from solebook.adapters.sql.schema import users
from solebook.composition.adapters import Store
from solebook.ports.language.errors import Unavailable

from ...ports.records import Records

_EMAILS = Statement(select(users.c.id, users.c.email))


async def test_all_reads_of_a_snapshot_see_the_store_as_of_one_instant(
    store: Store, database: SqlDatabase, records: Records
) -> None:
    before, after = records.user(), records.user()
    async with store.transaction():
        await store.users.add(before)
    async with database.snapshot() as snapshot:
        async with store.transaction():
            await store.users.add(after)
        assert [row.email for row in await snapshot.rows(_EMAILS)] == [before.email]
        streamed = [row.email async for rows in snapshot.stream(_EMAILS) for row in rows]
        assert streamed == [before.email]
    async with database.snapshot() as snapshot:
        assert len(await snapshot.rows(_EMAILS)) == 2


async def test_a_closed_store_has_no_snapshot(tmp_path: Path) -> None:
    async with SqlDatabase(f"sqlite:///{tmp_path / 'closed.db'}") as database:
        pass
    with pytest.raises(Unavailable):
        async with database.snapshot():
            pass
