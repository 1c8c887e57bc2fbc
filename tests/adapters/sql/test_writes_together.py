"""Several write statements at once, on both databases."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import bindparam, delete, select, update

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.sql.engine.constructs import insert_or_replace, insert_or_skip
from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.sql.engine.errors import Unchanged
from solebook.adapters.sql.engine.postgres_connection import PostgresConnection
from solebook.adapters.sql.engine.statement import Statement, insert_row
from solebook.adapters.sql.schema import bid_bars, engine_shards, halts, revoked_sessions
from solebook.composition.sql_store import build_sql_store

from ...ports.records import Records
from .test_books import full_batch

UNTIL = datetime(2026, 3, 2, 12, 30, 0, 123_456, tzinfo=UTC)
ADD = Statement(insert_row(revoked_sessions))
SKIP = Statement(insert_or_skip(revoked_sessions, revoked_sessions.c.session_id))
REPLACE = Statement(insert_or_replace(bid_bars, bid_bars.c.buyer_id))
CHANGE = Statement(
    update(bid_bars)
    .where(bid_bars.c.buyer_id == bindparam("buyer_id"))
    .values(declines=bindparam("declines"))
)
REMOVE = Statement(delete(engine_shards).where(engine_shards.c.shard == bindparam("shard")))
SESSIONS = Statement(select(revoked_sessions))
ONE_BAR = Statement(select(bid_bars).where(bid_bars.c.buyer_id == bindparam("number")))
BARS = Statement(select(bid_bars).order_by(bid_bars.c.buyer_id))


@pytest.fixture(params=["sqlite", "postgres"])
def any_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue({"sqlite": "url", "postgres": "postgres_url"}[request.param])
    return url


@pytest.fixture
async def database(any_url: str) -> AsyncIterator[SqlDatabase]:
    async with SqlDatabase(any_url) as database:
        yield database


def sessions(*numbers: int) -> list[dict[str, Any]]:
    return [{"session_id": UUID(int=number), "until": UNTIL} for number in numbers]


def bars(*numbers: int, declines: int = 3) -> list[dict[str, Any]]:
    return [{"buyer_id": UUID(int=n), "declines": declines, "until": UNTIL} for n in numbers]


async def test_statements_are_run_for_all_their_values_and_tell_how_many_rows_they_changed(
    database: SqlDatabase,
) -> None:
    async with database.transaction():
        await database.execute_many(REPLACE, bars(1, 2))
        changed = await database.execute_together(
            {
                ADD: sessions(1, 2, 3),
                CHANGE: [{"buyer_id": UUID(int=n), "declines": 10 + n} for n in (1, 2, 9)],
                REMOVE: [{"shard": 7}],
                SKIP: [],
            }
        )
    assert changed == [3, 2, 0, 0]
    assert [tuple(row) for row in await database.rows(SESSIONS)] == [
        (UUID(int=number), UNTIL) for number in (1, 2, 3)
    ]
    assert [row.declines for row in await database.rows(BARS)] == [11, 12]


async def test_rows_that_are_there_are_kept_or_replaced_as_each_statement_says(
    database: SqlDatabase,
) -> None:
    async with database.transaction():
        await database.execute_together({REPLACE: bars(1, 2), ADD: sessions(1)})
        await database.execute_together({SKIP: sessions(1, 2), REPLACE: bars(2, 3, declines=5)})
    assert len(await database.rows(SESSIONS)) == 2
    assert [row.declines for row in await database.rows(BARS)] == [3, 5, 5]


async def test_rows_that_wait_for_the_end_are_written_too(database: SqlDatabase) -> None:
    async with database.transaction():
        database.execute_later(ADD, sessions(1))
        assert await database.execute_together({REPLACE: bars(1)}) == [1]
        assert len(await database.rows(SESSIONS)) == 1
        database.execute_later(ADD, sessions(2))
        assert await database.execute_together({ADD: sessions(3)}) == [2]
    assert len(await database.rows(SESSIONS)) == 3


@pytest.mark.parametrize("has_begun", [True, False])
async def test_nothing_is_written_if_a_row_that_must_change_is_not_there(
    database: SqlDatabase, has_begun: bool
) -> None:
    async with database.transaction():
        database.execute_later(REPLACE, bars(1))

    async def change_two() -> None:
        async with database.transaction():
            if has_begun:
                await database.execute_many(ADD, sessions(1))
            database.execute_later(ADD, sessions(2))
            database.execute_later(CHANGE, bars(1, 2, declines=9), must_change=True)

    with pytest.raises(Unchanged):
        await change_two()
    assert await database.rows(SESSIONS) == []
    async with database.transaction():
        database.execute_later(ADD, sessions(2))
        database.execute_later(CHANGE, bars(1, declines=9), must_change=True)
    assert len(await database.rows(SESSIONS)) == 1
    assert [row.declines for row in await database.rows(BARS)] == [9]


async def test_a_violated_constraint_is_told_at_the_end_of_a_transaction_too(
    database: SqlDatabase,
) -> None:
    told: list[bool] = []
    async with database.transaction():
        database.execute_later(ADD, sessions(1))

    async def add_again() -> None:
        async with database.transaction():
            database.announce(lambda: told.append(True))
            database.execute_later(REPLACE, bars(1))
            database.execute_later(ADD, sessions(1))

    with pytest.raises(AssertionError, match="constraint"):
        await add_again()
    assert await database.rows(BARS) == []
    assert len(told) == 1  # a wake-up without a cause does no harm


def declines(number: int, *, of: int = 3) -> dict[str, Any]:
    return {"buyer_id": UUID(int=number), "declines": of}


async def test_a_change_that_waits_is_seen_by_every_statement_that_may_see_it(
    database: SqlDatabase,
) -> None:
    async with database.transaction():
        await database.execute_many(REPLACE, bars(1, 2))
        await database.write_later(CHANGE, 1, declines(1, of=11))
        assert [row.declines for row in await database.rows(BARS)] == [11, 3]
        await database.write_later(CHANGE, 1, declines(1, of=12))
        assert [row.declines for row in await database.rows(ONE_BAR, 1, number=UUID(int=1))] == [12]
        await database.write_later(CHANGE, 1, declines(1, of=13))
        await database.execute_many(REPLACE, bars(1, declines=5))
    assert [row.declines for row in await database.rows(BARS)] == [5, 3]


async def test_a_change_that_waits_is_not_written_for_a_statement_about_another_row(
    database: SqlDatabase,
) -> None:
    async with database.transaction():
        await database.execute_many(REPLACE, bars(1, 2))
        await database.write_later(CHANGE, 1, declines(1, of=11))
        # The row is asked for under a wrong key, so it is found as it was.
        assert [row.declines for row in await database.rows(ONE_BAR, 2, number=UUID(int=1))] == [3]
        await database.write_later(CHANGE, 2, declines(2, of=12))
    assert [row.declines for row in await database.rows(BARS)] == [11, 12]


async def test_a_row_that_waits_without_a_key_is_seen_by_whoever_asks_for_one(
    database: SqlDatabase,
) -> None:
    async with database.transaction():
        database.execute_later(REPLACE, bars(1))
        assert [row.declines for row in await database.rows(ONE_BAR, 1, number=UUID(int=1))] == [3]
        database.execute_later(REPLACE, bars(2))
        await database.write_later(CHANGE, 2, declines(2, of=12))
    assert [row.declines for row in await database.rows(BARS)] == [3, 12]


async def test_the_last_of_several_changes_of_a_row_counts(database: SqlDatabase) -> None:
    async with database.transaction():
        await database.execute_many(REPLACE, bars(1, 2))
        for number in (11, 12, 13):
            await database.write_later(CHANGE, 1, declines(1, of=number))
    assert [row.declines for row in await database.rows(BARS)] == [13, 3]


async def test_a_change_of_a_row_that_is_not_there_undoes_the_transaction(
    database: SqlDatabase,
) -> None:
    async with database.transaction():
        await database.execute_many(REPLACE, bars(1))

    async def change() -> None:
        async with database.transaction():
            await database.write_later(CHANGE, 1, declines(1, of=11), must_change=True)
            await database.write_later(CHANGE, 9, declines(9, of=19), must_change=True)

    with pytest.raises(Unchanged):
        await change()
    assert [row.declines for row in await database.rows(BARS)] == [3]


async def test_what_waits_before_a_savepoint_is_written_although_the_savepoint_is_undone(
    database: SqlDatabase,
) -> None:
    async def fail() -> None:
        async with database.savepoint():
            await database.write_later(CHANGE, 2, declines(2, of=12))
            assert len(await database.rows(BARS)) == 2  # which writes both
            raise LookupError("it fails")

    async with database.transaction():
        await database.execute_many(REPLACE, bars(1, 2))
        await database.write_later(CHANGE, 1, declines(1, of=11))
        with pytest.raises(LookupError):
            await fail()
    assert [row.declines for row in await database.rows(BARS)] == [11, 3]


async def test_nothing_to_write_begins_no_transaction(
    monkeypatch: pytest.MonkeyPatch, database: SqlDatabase
) -> None:
    monkeypatch.delattr(type(database._driver), "begin")
    async with database.transaction():
        assert await database.execute_together({ADD: [], SKIP: []}) == [0, 0]


async def test_a_text_that_is_too_long_for_its_column_is_not_cut(
    postgres_url: str, records: Records
) -> None:
    add = Statement(insert_row(halts))
    row = {
        "id": UUID(int=1),
        "product_id": UUID(int=2),
        "size": "longer than 8",
        "condition": None,
        "halted_at": UNTIL,
        "ended_at": None,
    }
    async with SqlDatabase(postgres_url) as database:
        with pytest.raises(AssertionError, match="too long"):
            async with database.transaction():
                await database.execute_together({add: [row]})


async def test_a_batch_is_one_statement_on_postgresql(
    monkeypatch: pytest.MonkeyPatch,
    postgres_url: str,
    clock: VirtualClock,
    ids: SeededIds,
    records: Records,
) -> None:
    calls: list[str] = []

    def noting(name: str) -> None:
        call = getattr(PostgresConnection, name)

        async def noted(self: PostgresConnection, *arguments: Any, **named: Any) -> Any:
            calls.append(name)
            return await call(self, *arguments, **named)

        monkeypatch.setattr(PostgresConnection, name, noted)

    async with SqlDatabase(postgres_url) as database:
        store = build_sql_store(database, clock=clock, ids=ids)
        ownership = await store.books.take(0, records.instant)
        resting = records.ask(records.book())
        await store.books.commit(ownership, records.batch(resting))
        for name in ("begin", "execute", "execute_together", "write", "fetch", "commit"):
            noting(name)
        await store.books.commit(ownership, full_batch(records, resting))
    assert calls == ["write"]
