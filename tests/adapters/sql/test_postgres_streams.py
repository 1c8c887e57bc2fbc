"""Reads of whole tables: as of one instant while others write, and in little memory."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator

import pytest

from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.sql.engine.limits import Limits
from solebook.adapters.sql.engine.postgres_connection import PostgresConnection
from solebook.ports.language.errors import Unavailable

from ...postgres_server import PostgresServer

ROWS = 20_000
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def numbers_url(postgres_server: PostgresServer) -> str:
    """A database with a table of numbers."""
    url = postgres_server.create_database("numbers")
    made = f"CREATE TABLE numbers AS SELECT generate_series(1, {ROWS}) AS number"
    postgres_server.sql(made, "numbers")
    return url


@pytest.fixture
async def database(numbers_url: str) -> AsyncIterator[SqlDatabase]:
    async with SqlDatabase(numbers_url) as database:
        yield database


async def test_a_stream_shows_the_table_as_it_was_when_it_began(
    database: SqlDatabase, numbers_url: str
) -> None:
    other = await PostgresConnection.open(numbers_url, Limits())
    seen: list[int] = []
    async for rows in database._driver.stream("SELECT number FROM numbers", ()):
        if not seen:
            # One row each is changed, removed and added, and all of them move.
            await other.execute("UPDATE numbers SET number = -number", ())
            await other.execute("DELETE FROM numbers WHERE number = -1", ())
            await other.execute("INSERT INTO numbers VALUES (0)", ())
        seen += [row[0] for row in rows]
    assert sorted(seen) == list(range(1, ROWS + 1))
    changed = await other.fetch("SELECT min(number), max(number), count(*) FROM numbers", ())
    assert tuple(changed[0]) == (-ROWS, 0, ROWS)
    await other.execute("UPDATE numbers SET number = -number WHERE number < 0", ())
    await other.execute("UPDATE numbers SET number = 1 WHERE number = 0", ())
    await other.close()


async def test_two_reads_of_a_snapshot_see_one_instant(
    database: SqlDatabase, numbers_url: str
) -> None:
    other = await PostgresConnection.open(numbers_url, Limits())
    async with database._driver.snapshot() as snapshot:
        count = "SELECT count(*) FROM numbers"
        before = (await snapshot.fetch(count, ()))[0][0]
        await other.execute("INSERT INTO numbers VALUES (0)", ())
        assert (await snapshot.fetch(count, ()))[0][0] == before
    await other.execute("DELETE FROM numbers WHERE number = 0", ())
    await other.close()


async def test_a_stream_of_many_rows_takes_little_memory(database: SqlDatabase) -> None:
    long_rows = "SELECT repeat('x', 1000) || n FROM generate_series(1, 100000) AS n"
    total = 0
    tracemalloc.start()
    async for rows in database._driver.stream(long_rows, ()):
        total += sum(len(row[0]) for row in rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total > 100 * MEGABYTE
    assert peak < 10 * MEGABYTE


async def test_a_stream_that_is_left_early_gives_its_connection_back(
    database: SqlDatabase, postgres_server: PostgresServer
) -> None:
    stream = database._driver.stream("SELECT number FROM numbers", ())
    await anext(stream)
    connected = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = 'numbers' AND"
        " query LIKE '%FROM numbers'"
    )
    assert postgres_server.sql(connected).strip() == "1"
    await stream.aclose()
    while postgres_server.sql(connected).strip() != "0":
        pass  # each look is a call to the server


async def test_writers_do_not_wait_for_a_stream(database: SqlDatabase, numbers_url: str) -> None:
    other = await PostgresConnection.open(numbers_url, Limits(statement=5))
    async for _ in database._driver.stream("SELECT number FROM numbers", ()):
        await other.execute("UPDATE numbers SET number = number WHERE number = 1", ())
    await other.close()


# ---- what two transactions cannot both do --------------------------------------------------------


async def test_a_serialisation_failure_is_an_outage(numbers_url: str) -> None:
    one, other = [await PostgresConnection.open(numbers_url, Limits()) for _ in range(2)]
    change = "UPDATE numbers SET number = number WHERE number = 7"
    for connection in (one, other):
        await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ", ())
        await connection.fetch("SELECT count(*) FROM numbers", ())  # the snapshot begins
    await one.execute(change, ())
    late = asyncio.create_task(other.execute(change, ()))
    await one.commit()
    with pytest.raises(Unavailable) as refused:
        await late
    assert "could not serialize access" in str(refused.value.__cause__)
    for connection in (one, other):
        await connection.close()
