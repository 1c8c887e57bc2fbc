"""What errors of the databases last, and what is told of them."""

import logging
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]  # it has no annotations
import pytest

from solebook.adapters.sql.engine.condition import Condition, Trouble
from solebook.adapters.sql.engine.postgres_connection import trouble_of as of_postgres
from solebook.adapters.sql.engine.sqlite_connection import trouble_of as of_sqlite

FULL, DAMAGED = Trouble("a: full"), Trouble("a: malformed", is_damage=True)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("53100", Trouble("PostgreSQL: it says so")),
        ("25006", Trouble("PostgreSQL: it says so")),
        ("XX001", Trouble("PostgreSQL: it says so", is_damage=True)),
        ("XX002", Trouble("PostgreSQL: it says so", is_damage=True)),
        ("58030", Trouble("PostgreSQL: it says so")),
        ("53300", None),
        ("40P01", None),
    ],
)
def test_full_disks_and_damage_of_a_server_last(state: str, expected: Trouble | None) -> None:
    error = asyncpg.PostgresError.new({"C": state, "M": "it says so", "H": "do it"})
    assert of_postgres(error) == expected


def test_other_errors_do_not_last() -> None:
    assert of_postgres(None) is None
    assert of_sqlite(Path("a"), OSError("what?")) is None


def test_each_trouble_is_logged_once_and_only_damage_stays(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    now = 0.0
    condition = Condition(lambda: now)
    condition.note_commit()
    assert condition.state() is None
    for _ in range(3):
        condition.note(FULL)
        condition.note(None)
    condition.note_commit()
    assert condition.state() == "cannot be written", "it found room in a page that was there"
    now = 4.0
    condition.note(FULL)
    now = 20.0
    assert condition.state() == "cannot be written", "nothing was committed since"
    condition.note_commit()
    assert condition.state() is None
    condition.note(DAMAGED)
    condition.note(FULL)
    condition.note_commit()
    assert condition.state() == "is damaged"
    assert [record.levelname for record in caplog.records] == [
        "ERROR",
        "WARNING",
        "CRITICAL",
        "ERROR",
    ]
