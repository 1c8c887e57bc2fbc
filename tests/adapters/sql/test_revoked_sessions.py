"""Revoked sessions in a database that several processes share."""

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.sql.users.revoked_sessions import SqlRevokedSessions
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.ids import SessionId

from ...ports.records import Records

LIFETIME = timedelta(minutes=15)


@pytest.fixture
def revoked(database: SqlDatabase, clock: VirtualClock) -> SqlRevokedSessions:
    return SqlRevokedSessions(database, clock)


@pytest.fixture
def session_id(records: Records) -> SessionId:
    return SessionId(records.ids.new())


async def test_another_process_sees_a_revocation_at_once(
    revoked: SqlRevokedSessions, session_id: SessionId, url: str, clock: VirtualClock
) -> None:
    async with SqlDatabase(url) as another:
        elsewhere = SqlRevokedSessions(another, clock)
        assert not await elsewhere.contains(session_id)
        await revoked.add(session_id, clock.now() + LIFETIME)
        assert await elsewhere.contains(session_id)


async def test_a_revocation_survives_a_restart(
    session_id: SessionId, url: str, clock: VirtualClock
) -> None:
    async with SqlDatabase(url) as database:
        await SqlRevokedSessions(database, clock).add(session_id, clock.now() + LIFETIME)
    async with SqlDatabase(url) as database:
        assert await SqlRevokedSessions(database, clock).contains(session_id)


async def test_expired_revocations_are_deleted(
    revoked: SqlRevokedSessions, records: Records, path: Path, clock: VirtualClock
) -> None:
    for _ in range(3):
        await revoked.add(SessionId(records.ids.new()), clock.now() + LIFETIME)
    await clock.advance(LIFETIME)
    await revoked.add(SessionId(records.ids.new()), clock.now() + LIFETIME)
    reader = sqlite3.connect(path)
    assert reader.execute("SELECT count(*) FROM revoked_sessions").fetchone() == (1,)
    reader.close()


async def test_concurrent_revocations_are_all_stored(
    revoked: SqlRevokedSessions, records: Records, clock: VirtualClock
) -> None:
    ids = [SessionId(records.ids.new()) for _ in range(20)]
    await asyncio.gather(*(revoked.add(one, clock.now() + LIFETIME) for one in ids))
    assert all([await revoked.contains(one) for one in ids])


async def test_a_read_does_not_wait_for_a_writer(
    revoked: SqlRevokedSessions, session_id: SessionId, path: Path
) -> None:
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert not await revoked.contains(session_id)
    writer.close()


async def test_a_revocation_is_not_rolled_back_with_another_transaction(
    revoked: SqlRevokedSessions, session_id: SessionId, database: SqlDatabase, clock: VirtualClock
) -> None:
    async with database.transaction():
        with pytest.raises(AssertionError, match="undo"):
            await revoked.add(session_id, clock.now() + LIFETIME)
    assert not await revoked.contains(session_id)


async def test_an_unavailable_store_raises_unavailable(
    session_id: SessionId, url: str, clock: VirtualClock
) -> None:
    async with SqlDatabase(url) as database:
        revoked = SqlRevokedSessions(database, clock)
    with pytest.raises(Unavailable):
        await revoked.contains(session_id)
