"""Triggers refuse every update and delete of the audit log."""

import sqlite3
from pathlib import Path

import pytest

from solebook.composition.adapters import Store

from ...ports.records import Records

OTHERS = (
    "at, actor_id, 'nothing', target_kind, target_id, reason, facts, about, token_id "
    "FROM audit_entries"
)
REWRITES = (
    "UPDATE audit_entries SET reason = 'another'",
    "UPDATE OR IGNORE audit_entries SET actor_id = target_id",
    "UPDATE OR REPLACE audit_entries SET about = NULL WHERE about IS NOT NULL",
    "DELETE FROM audit_entries",
    "DELETE FROM audit_entries WHERE about IS NOT NULL",
    "REPLACE INTO audit_entries SELECT * FROM audit_entries",
    f"INSERT OR REPLACE INTO audit_entries SELECT id, {OTHERS}",
    f"INSERT OR REPLACE INTO audit_entries SELECT randomblob(16), {OTHERS} WHERE about NOT NULL",
    f"INSERT INTO audit_entries SELECT id, {OTHERS} WHERE true ON CONFLICT DO UPDATE SET at = 1",
)


@pytest.mark.parametrize("sql", REWRITES)
async def test_entries_cannot_be_changed_or_deleted(
    store: Store, records: Records, path: Path, sql: str
) -> None:
    async with store.transaction():
        asked = await store.audit_log.add(records.act())
        await store.audit_log.add(records.act(about=asked.id))
    database = sqlite3.connect(path)
    before = database.execute("SELECT * FROM audit_entries").fetchall()
    assert len(before) == 2
    with pytest.raises(sqlite3.IntegrityError, match="the audit log takes inserts only"):
        database.execute(sql)
    assert database.execute("SELECT * FROM audit_entries").fetchall() == before
    database.close()
