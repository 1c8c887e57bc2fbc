"""Indexes of PostgreSQL: active quotes have their own, and open matches are unique."""

from collections.abc import AsyncIterator

import pytest

from solebook.adapters.sql.engine.errors import Conflict
from solebook.adapters.sql.engine.limits import Limits
from solebook.adapters.sql.engine.postgres import DIALECT
from solebook.adapters.sql.engine.postgres_connection import PostgresConnection
from solebook.adapters.sql.schema import asks, bids, matches

from .test_statements import STATEMENTS

QUOTES = """\
INSERT INTO {side} (id, user_id, product_id, size, condition, book_hash, amount, sequence,
    created_at, expires_at, status, time_in_force)
SELECT gen_random_uuid(), gen_random_uuid(), md5((number % {products})::text)::uuid, '10', 'new',
    number, 20000, number, now(), now() + number * interval '1 minute',
    CASE WHEN number % 4 = 0 THEN 'active' ELSE 'matched' END, 'gtc'
FROM generate_series(1, 20000) AS number"""
MATCH = """\
INSERT INTO matches (id, bid_id, ask_id, buyer_id, seller_id, product_id, size, condition, price,
    matched_at, maker, status)
VALUES (gen_random_uuid(), $1, $2, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), '10',
    'new', 20000, now(), 'ask', $3)"""


@pytest.fixture
async def connection(postgres_url: str) -> AsyncIterator[PostgresConnection]:
    """A connection in a transaction that is never committed."""
    connection = await PostgresConnection.open(postgres_url, Limits())
    await connection.begin()
    yield connection
    await connection.close()


async def generic_plan(connection: PostgresConnection, name: str) -> str:
    """Return the plan of a statement that is used for all values, as after some executions."""
    sql = STATEMENTS[name].compiled(DIALECT).sql
    await connection.execute("SET LOCAL plan_cache_mode = force_generic_plan", ())
    await connection.execute(f"PREPARE one AS {sql}", ())
    asked = "SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = 'one'"
    count = (await connection.fetch(asked, ()))[0][0]
    steps = await connection.fetch(f"EXPLAIN EXECUTE one ({', '.join(['NULL'] * count)})", ())
    return "\n".join(step[0] for step in steps)


@pytest.mark.parametrize("products", [100, 20_000])
@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("books._RESTING_IN.0", "active_in_book"),
        ("books._OPEN_QUOTES.0", "active_of_user"),
        ("books._STANDING_OF.0", "active_of_user"),
        ("stored_books._LEVELS.0", "active_in_book"),
        ("quotes._OVERDUE.0", "active_until"),
    ],
)
async def test_active_quotes_are_found_among_many_others(
    connection: PostgresConnection, name: str, index: str, products: int
) -> None:
    for side in (bids.name, asks.name):
        await connection.execute(QUOTES.format(side=side, products=products), ())
        await connection.execute(f"ANALYZE {side}", ())
    plan = await generic_plan(connection, name)
    assert f"ix_bids_{index}" in plan, plan
    assert f"ix_asks_{index}" in plan, plan
    assert "Seq Scan" not in plan, plan


@pytest.mark.parametrize(
    ("name", "indexes"),
    [
        ("lines._LEAVE_LINE.0", ["uq_turns_queue"]),
        ("lines._JOIN_WITH_NEXT.0", ["ix_deliveries_of_turn"]),
        ("lines._FIRST.0", ["ix_turns_line", "ix_deliveries_of_turn", "uq_deliveries_id"]),
        (
            "lines._FIRST_FREE.0",
            [
                "ix_turns_line",
                "ix_deliveries_claimed",
                "ix_deliveries_of_turn",
                "uq_deliveries_id",
            ],
        ),
    ],
)
async def test_queues_are_read_by_their_indexes_even_if_they_were_empty_when_planned(
    connection: PostgresConnection, name: str, indexes: list[str]
) -> None:
    await connection.execute("TRUNCATE turns, deliveries", ())  # other tests leave pages behind
    plan = await generic_plan(connection, name)
    assert all(index in plan for index in indexes), plan
    assert not any(step in plan for step in ("Seq Scan", "Hash Join", "Merge Join")), plan
    # A sort in the claim would read the whole line.
    assert name.startswith("lines._JOIN") or "Sort" not in plan, plan


async def test_a_page_of_quotes_is_read_from_the_books_and_from_the_archive(
    connection: PostgresConnection,
) -> None:
    of_few = QUOTES.replace(
        "gen_random_uuid(), gen", "gen_random_uuid(), md5((number % 3)::text)::uuid, gen"
    )
    of_few = of_few.replace("::uuid, gen_random_uuid(), md5", "::uuid, md5")
    await connection.execute(of_few.format(side=bids.name, products=100), ())
    archived = of_few.replace("(id,", "(side, id,").replace("SELECT gen", "SELECT 'bid', gen")
    archived = archived.replace("book_hash, ", "").replace("    number, 20000", "    20000")
    await connection.execute(archived.format(side="ended_quotes", products=100), ())
    for table in (bids.name, "ended_quotes"):
        await connection.execute(f"ANALYZE {table}", ())
    for name in ("quotes._OF_USER.0", "quotes._GET.0", "books._GET.0"):
        plan = await generic_plan(connection, name)
        assert "Seq Scan" not in plan, plan
        if name == "quotes._OF_USER.0":  # not more than two pages are sorted
            assert plan.count("Index Scan Backward") == 2, plan
        await connection.execute("DEALLOCATE one", ())


@pytest.mark.parametrize("same", ["bid_id", "ask_id"])
async def test_no_quote_is_in_two_open_matches(connection: PostgresConnection, same: str) -> None:
    ids = ["00000000-0000-0000-0000-00000000000" + digit for digit in "123"]
    first = (ids[0], ids[1])
    second = (ids[0], ids[2]) if same == "bid_id" else (ids[2], ids[1])
    await connection.execute(MATCH, (*first, "unwound"))
    await connection.execute(MATCH, (*first, "open"))
    with pytest.raises(Conflict, match=f"uq_matches_open_{same}"):
        await connection.attempt(MATCH, (*second, "open"))
    await connection.execute(MATCH, (*second, "unwound"))
    await connection.execute(MATCH, (ids[2], ids[2], "open"))
    counted = f"SELECT count(*) FROM {matches.name} WHERE status = 'open'"
    assert (await connection.fetch(counted, ()))[0][0] == 2
