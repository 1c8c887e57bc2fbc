"""Contract of RevokedSessions."""

import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from solebook.adapters.memory.revoked_sessions import MemoryRevokedSessions
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.sql.database import SqlDatabase
from solebook.adapters.sql.revoked_sessions import SqlRevokedSessions
from solebook.ports.access_tokens import RevokedSessions
from solebook.ports.language.ids import SessionId

from .records import Records

LIFETIME = timedelta(minutes=15)


@pytest.fixture(params=["memory", "sqlite"])
async def revoked(
    request: pytest.FixtureRequest, clock: VirtualClock, empty_database: Path, tmp_path: Path
) -> AsyncIterator[RevokedSessions]:
    if request.param == "memory":
        yield MemoryRevokedSessions(clock)
        return
    path = shutil.copyfile(empty_database, tmp_path / "solebook.db")
    async with SqlDatabase(f"sqlite:///{path}") as database:
        yield SqlRevokedSessions(database, clock)


async def test_a_session_is_refused_from_its_revocation_until_its_tokens_have_expired(
    revoked: RevokedSessions, records: Records, clock: VirtualClock
) -> None:
    session_id, other = SessionId(records.ids.new()), SessionId(records.ids.new())
    assert not await revoked.contains(session_id)
    await revoked.add(session_id, clock.now() + LIFETIME)
    assert await revoked.contains(session_id)
    assert not await revoked.contains(other)
    await clock.advance(LIFETIME - timedelta(seconds=1))
    await revoked.add(other, clock.now() + LIFETIME)
    assert await revoked.contains(session_id)
    assert await revoked.contains(other)


async def test_revoking_again_never_shortens_the_time(
    revoked: RevokedSessions, records: Records, clock: VirtualClock
) -> None:
    session_id, other = SessionId(records.ids.new()), SessionId(records.ids.new())
    await revoked.add(session_id, clock.now() + 2 * LIFETIME)
    await revoked.add(session_id, clock.now() + LIFETIME)
    await clock.advance(LIFETIME + timedelta(seconds=1))
    await revoked.add(other, clock.now() + LIFETIME)
    assert await revoked.contains(session_id)


async def test_revoking_again_may_lengthen_the_time(
    revoked: RevokedSessions, records: Records, clock: VirtualClock
) -> None:
    session_id, other = SessionId(records.ids.new()), SessionId(records.ids.new())
    await revoked.add(session_id, clock.now() + LIFETIME)
    await revoked.add(session_id, clock.now() + 2 * LIFETIME)
    await clock.advance(LIFETIME + timedelta(seconds=1))
    await revoked.add(other, clock.now() + LIFETIME)
    assert await revoked.contains(session_id)
