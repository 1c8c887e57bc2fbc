"""Leases on connections of their own, by the time of PostgreSQL."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from solebook.adapters.sql.operations.leases import SqlLeases
from solebook.composition.sql_store import open_lease_database

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
