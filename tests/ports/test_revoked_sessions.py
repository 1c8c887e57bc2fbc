"""Contract of RevokedSessions."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from solebook.adapters.memory.revoked_sessions import MemoryRevokedSessions
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.ports.access_tokens import RevokedSessions
from solebook.ports.language.ids import SessionId

from ..valkey_server import ValkeyServer
from .records import Records

LIFETIME = timedelta(minutes=15)


@pytest.fixture
async def in_redis(
    valkey_server: ValkeyServer, clock: VirtualClock
) -> AsyncIterator[RevokedSessions]:
    from solebook.adapters.redis.revoked_sessions import RedisRevokedSessions

    from ..redis_connections import connected, some_prefix

    async with connected(valkey_server, prefix=some_prefix()) as connection:
        yield RedisRevokedSessions(connection, MemoryRevokedSessions(clock), clock)


@pytest.fixture(params=["memory", "sqlite", "redis"])
def revoked(request: pytest.FixtureRequest, clock: VirtualClock) -> RevokedSessions:
    if request.param == "memory":
        return MemoryRevokedSessions(clock)
    if request.param == "redis":
        redis: RevokedSessions = request.getfixturevalue("in_redis")
        return redis
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
