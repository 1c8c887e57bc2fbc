"""Leases on connections of their own, by the time of PostgreSQL."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.sql.engine.limits import Limits
from solebook.adapters.sql.engine.postgres_connection import PostgresConnection
from solebook.adapters.sql.operations.leases import SqlLeases
from solebook.composition.sql_store import build_sql_store, open_lease_database
from solebook.ports.language.messages import Claim, Queue

from ...ports.records import Records

LIFE = timedelta(seconds=3)


@pytest.fixture
async def leases(postgres_url: str) -> AsyncIterator[SqlLeases]:
    async with open_lease_database(postgres_url) as database:
        yield SqlLeases(database, clock=None)


async def test_the_time_of_leases_is_the_databases(leases: SqlLeases) -> None:
    before = datetime.now(UTC)
    assert before <= await leases.now() <= datetime.now(UTC)


async def test_a_lease_ends_by_the_databases_time(leases: SqlLeases) -> None:
    lease = await leases.acquire("relay", "one", LIFE)
    assert lease is not None
    assert lease.expires_at <= await leases.now() + LIFE
    assert await leases.acquire("relay", "two", LIFE) is None
    renewed = await leases.renew(lease, LIFE)
    assert renewed is not None
    assert renewed.expires_at > lease.expires_at
    await leases.release(renewed)
    taken = await leases.acquire("relay", "two", LIFE)
    assert taken is not None
    assert taken.epoch == lease.epoch + 1


# ---- a clock that was set back -------------------------------------------------------------------


async def set_back(url: str, table: str, column: str) -> None:
    """Let a table look as if the server's clock had been set back by a day."""
    connection = await PostgresConnection.open(url, Limits())
    await connection.execute(f"UPDATE {table} SET {column} = {column} + interval '1 day'", ())
    await connection.close()


async def test_a_lease_of_a_dead_holder_ends_although_the_clock_was_set_back(
    leases: SqlLeases, postgres_url: str
) -> None:
    lease = await leases.acquire("relay", "dead", LIFE)
    await set_back(postgres_url, "leases", "expires_at")
    assert await leases.acquire("relay", "two", LIFE) is None  # it may still be alive
    left = await leases.holder("relay")
    assert lease is not None
    assert left is not None
    assert (left.holder, left.epoch) == ("dead", lease.epoch)
    assert left.expires_at <= await leases.now() + LIFE


async def test_a_live_holder_keeps_its_lease_when_the_clock_is_set_back(
    leases: SqlLeases, postgres_url: str
) -> None:
    lease = await leases.acquire("relay", "alive", LIFE)
    assert lease is not None
    await set_back(postgres_url, "leases", "expires_at")
    assert await leases.acquire("relay", "two", LIFE) is None
    assert await leases.renew(lease, LIFE) is not None


async def test_claims_of_a_dead_holder_end_although_the_clock_was_set_back(
    postgres_url: str, clock: VirtualClock, ids: SeededIds
) -> None:
    life = timedelta(seconds=10)
    delivery = Records(ids=ids, clock=clock).delivery(queue=Queue.CHARGES)
    now = clock.now() + timedelta(seconds=1)
    async with SqlDatabase(postgres_url) as database, open_lease_database(postgres_url) as other:
        store = build_sql_store(database, clock=clock, ids=ids, lease_database=other)
        async with store.transaction():
            await store.deliveries.add([delivery])
        await store.deliveries.claim(Queue.CHARGES, Claim("dead", life), now, 10)
        assert await store.deliveries.claim(Queue.CHARGES, Claim("two", life), now, 10) == []
        await set_back(postgres_url, "deliveries", "claimed_until")
        taken = await store.deliveries.claim(Queue.CHARGES, Claim("two", life), now, 10)
        assert [one.id for one in taken] == [delivery.id]
