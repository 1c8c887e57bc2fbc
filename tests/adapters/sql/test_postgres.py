"""Statements and constructs on a real PostgreSQL, where one can be had."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import BigInteger, Column, MetaData, String, Table, Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncEngine

from solebook.adapters.sql.engine.constructs import (
    gathered,
    holds,
    insert_or_lock,
    insert_or_replace,
    insert_or_skip,
    one_of,
    start_of_day,
    start_of_hour,
    uuid_text,
)
from solebook.adapters.sql.engine.postgres import DIALECT
from solebook.adapters.sql.engine.statement import Row, Statement
from solebook.adapters.sql.schema import metadata
from solebook.adapters.sql.schema.columns import Document, Instant
from solebook.adapters.sql.search.postgres_search_tables import metadata as search

from .test_statements import STATEMENTS as OF_BOTH
from .test_statements import statements

things = Table(
    "things",
    MetaData(),
    Column("id", Uuid, primary_key=True),
    Column("at", Instant),
    Column("word", String),
    Column("number", BigInteger),
    Column("words", Document),
)
STATEMENTS = OF_BOTH | dict(statements("postgres"))
THING = UUID("01234567-89ab-cdef-0123-456789abcdef")
OTHER = UUID("11234567-89ab-cdef-0123-456789abcdef")
NOON = datetime(2026, 3, 2, 12, 34, 56, 7, tzinfo=UTC)
VALUES = {"id": THING, "at": NOON, "word": "a", "number": 1, "words": '["admin", "buyer"]'}


class Connected:
    """A connection that runs statements as they are compiled for PostgreSQL."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    async def rows(self, statement: Statement, **values: Any) -> Sequence[Row]:
        compiled = statement.compiled(DIALECT)
        return compiled.read(await self.connection.fetch(compiled.sql, *compiled.write(values)))

    async def until_somebody_waits(self) -> None:
        """Return once a transaction waits for what another one has locked."""
        while not await self.connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            pass  # each look is a call to the server, so others get their turn


@pytest.fixture
async def postgres(
    empty_postgres_url: str, empty_postgres: AsyncEngine
) -> AsyncIterator[Connected]:
    """A connection to a database with every table, and the table of things."""
    async with empty_postgres.begin() as engine:
        await engine.run_sync(metadata.create_all)
        await engine.run_sync(search.create_all)
        await engine.run_sync(things.create)
    async with connected(empty_postgres_url) as connection:
        yield connection


@pytest.fixture
async def other(postgres: Connected, empty_postgres_url: str) -> AsyncIterator[Connected]:
    """Another connection to the same database."""
    async with connected(empty_postgres_url) as connection:
        yield connection


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Connected]:
    asyncpg = pytest.importorskip("asyncpg")
    connection = await asyncpg.connect(url)
    try:
        yield Connected(connection)
    finally:
        await connection.close()


async def test_every_statement_is_understood(postgres: Connected) -> None:
    for name, statement in STATEMENTS.items():
        sql = statement.compiled(DIALECT).sql
        try:
            await postgres.connection.prepare(sql)
        except Exception as error:
            raise AssertionError(f"{name}: {sql}") from error


READ_EVERYTHING = (
    *("references.", "snapshots.", "stored_sums.", "trades.", "waiting_messages."),
    *("sent_messages._BACK", "sent_messages._EMPTY"),
    *("books._ALL_SHARDS", "books._DROP_SHARDS"),
    *("exchange_terms._DIVIDE", "exchange_terms._DENOMINATE"),
)
"""Modules (adapters/sql/integrity) whose statements check a whole store, what moves a table, and
what divides the books anew."""


async def test_every_statement_can_use_an_index(postgres: Connected) -> None:
    run = postgres.connection
    await run.execute("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan")
    without = []
    for name, statement in STATEMENTS.items():
        sql = statement.compiled(DIALECT).sql
        count = len((await run.prepare(sql)).get_parameters())
        await run.execute(f"PREPARE one AS {sql}")
        values = f"({', '.join(['NULL'] * count)})" if count else ""
        plan = [row[0] for row in await run.fetch(f"EXPLAIN EXECUTE one{values}")]
        if any("Seq Scan" in step for step in plan) and not name.startswith(READ_EVERYTHING):
            without.append((name, plan))
        await run.execute("DEALLOCATE one")
    assert not without


async def test_values_are_read_back_as_they_were_written(postgres: Connected) -> None:
    await postgres.rows(Statement(insert_or_skip(things, things.c.id)), **VALUES)
    (row,) = await postgres.rows(Statement(select(things)))
    assert row == tuple(VALUES.values())
    assert row.at.tzinfo is UTC


async def test_an_existing_row_is_kept_or_replaced(postgres: Connected) -> None:
    skip = Statement(insert_or_skip(things, things.c.id).returning(things.c.word))
    add = Statement(
        insert_or_replace(
            things, things.c.id, change=lambda old, new: {"number": old.number + new.number}
        ).returning(things.c.word, things.c.number)
    )
    assert await postgres.rows(skip, **VALUES) == [("a",)]
    assert await postgres.rows(skip, **VALUES | {"word": "b"}) == []
    assert await postgres.rows(add, **VALUES | {"word": "c", "number": 5}) == [("c", 6)]


async def test_the_second_of_two_inserts_waits_and_gets_the_first_row(
    postgres: Connected, other: Connected
) -> None:
    insert = Statement(insert_or_lock(things, things.c.id))
    async with postgres.connection.transaction():
        (inserted,) = await postgres.rows(insert, **VALUES)
        second = asyncio.create_task(other.rows(insert, **VALUES | {"word": "b", "number": 2}))
        await postgres.until_somebody_waits()
    assert await second == [inserted]
    assert inserted == tuple(VALUES.values())


async def test_inserting_an_existing_row_locks_it(postgres: Connected, other: Connected) -> None:
    insert = Statement(insert_or_lock(things, things.c.id))
    await postgres.rows(insert, **VALUES)
    async with postgres.connection.transaction():
        await postgres.rows(insert, **VALUES)
        find = Statement(select(things).where(things.c.id == THING), locks=True)
        second = asyncio.create_task(other.rows(find))
        await postgres.until_somebody_waits()
        await postgres.connection.execute("UPDATE things SET word = 'changed'")
    ((_, _, word, _, _),) = await second
    assert word == "changed"


@pytest.mark.parametrize("collection", [list, tuple, set])
async def test_a_list_is_one_parameter(
    postgres: Connected, collection: Callable[[list[UUID]], Any]
) -> None:
    await postgres.rows(Statement(insert_or_skip(things, things.c.id)), **VALUES)
    found = Statement(select(things.c.id).where(one_of(things.c.id, "ids")))
    assert await postgres.rows(found, ids=collection([OTHER, THING])) == [(THING,)]
    assert await postgres.rows(found, ids=collection([OTHER])) == []
    assert await postgres.rows(found, ids=collection([])) == []


async def test_constructs_have_the_documented_meaning(postgres: Connected) -> None:
    rows = select(gathered(things.c.number, things.c.word)).where(things.c.id == bindparam("of"))
    all_of_them = Statement(
        select(
            uuid_text(things.c.id).label("text"),
            start_of_hour(things.c.at).label("hour"),
            start_of_day(things.c.at).label("day"),
            holds(things.c.words, "admin").label("has"),
            holds(things.c.words, "adm").label("has_not"),
            rows.scalar_subquery().label("rows"),
        )
    )
    await postgres.connection.execute("SET TIME ZONE 'Asia/Tokyo'")
    await postgres.rows(Statement(insert_or_skip(things, things.c.id)), **VALUES)
    hour, day = NOON.replace(minute=0, second=0, microsecond=0), datetime(2026, 3, 2, tzinfo=UTC)
    (row,) = await postgres.rows(all_of_them, of=THING)
    assert row == (str(THING), hour, day, True, False, '[[1, "a"]]')
    (row,) = await postgres.rows(all_of_them, of=OTHER)
    assert row.rows == "[]"


async def test_the_audit_log_takes_inserts_only(postgres: Connected) -> None:
    for attempt in ("UPDATE audit_entries SET reason = ''", "DELETE FROM audit_entries"):
        with pytest.raises(Exception, match="the audit log takes inserts only"):
            await postgres.connection.execute(attempt)
