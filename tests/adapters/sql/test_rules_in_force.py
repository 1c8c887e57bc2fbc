"""Rules that an older version noted, and this one would not accept."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from solebook.ports.language.rules import MarketRules

from .conftest import OpenStore


@pytest.mark.parametrize("noted", ['{"penalty": 30000}', '{"tick": "wide"}', "[]"])
async def test_rules_that_would_not_be_accepted_today_are_not_known(
    path: Path, open_store: OpenStore, noted: str
) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("INSERT INTO rules_in_force VALUES (1, ?, '2026-03-02 12:00:00')", [noted])
        database.commit()
    async with open_store() as store:
        assert await store.rules_in_force.find() is None
        async with store.transaction():
            await store.rules_in_force.put(MarketRules())
        assert await store.rules_in_force.find() == MarketRules()


async def test_a_rule_that_is_newer_than_the_note_had_its_default(
    path: Path, open_store: OpenStore
) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute(
            "INSERT INTO rules_in_force VALUES (1, '{\"tick\": 500}', '2026-03-02 12:00:00')"
        )
        database.commit()
    async with open_store() as store:
        assert await store.rules_in_force.find() == MarketRules(tick=500)


def test_there_is_one_row(path: Path) -> None:
    with (
        closing(sqlite3.connect(path)) as database,
        pytest.raises(sqlite3.IntegrityError, match="CHECK"),
    ):
        database.execute("INSERT INTO rules_in_force VALUES (2, '{}', '2026-03-02 12:00:00')")
