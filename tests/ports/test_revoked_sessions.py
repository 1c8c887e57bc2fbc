"""Contract of RevokedSessions."""

from datetime import timedelta

import pytest

from solebook.adapters.memory.revoked_sessions import MemoryRevokedSessions
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.ports.access_tokens import RevokedSessions
from solebook.ports.language.ids import SessionId

from .records import Records

LIFETIME = timedelta(minutes=15)


@pytest.fixture(params=["memory", "sqlite"])
def revoked(request: pytest.FixtureRequest, clock: VirtualClock) -> RevokedSessions:
    if request.param == "memory":
        return MemoryRevokedSessions(clock)
    from solebook.adapters.sql.users.revoked_sessions import SqlRevokedSessions

    return SqlRevokedSessions(request.getfixturevalue("database"), clock)


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
