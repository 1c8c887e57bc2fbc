"""A replica that takes over and lacks the last writes: what was taken back is not believed."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from solebook.adapters.memory.revoked_sessions import MemoryRevokedSessions
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.redis.revoked_sessions import RedisRevokedSessions
from solebook.ports.language.ids import SessionId

from ...redis_caches import cache_of
from ...redis_connections import connected, some_prefix
from ...redis_deployments import copies_of
from ...valkey_server import ValkeyServer, running_valkey

pytestmark = [pytest.mark.real, pytest.mark.integration]


@pytest.fixture(scope="module")
def primary() -> Iterator[ValkeyServer]:
    with running_valkey("repl-diskless-sync-delay 0\n") as server:
        yield server


@pytest.fixture
def replica(primary: ValkeyServer) -> Iterator[ValkeyServer]:
    with copies_of(primary) as server:
        yield server


def take_over(primary: ValkeyServer, replica: ValkeyServer) -> None:
    """Let the replica be a server of its own, with all that was written until now."""
    assert primary.command("WAIT", "1", "10000") == ":1\r\n"
    assert replica.command("REPLICAOF", "NO", "ONE").startswith("+OK")


async def test_a_value_that_was_deleted_is_not_found_again(
    primary: ValkeyServer, replica: ValkeyServer
) -> None:
    prefix, value = some_prefix(), "old"

    async def load() -> str:
        return value

    async with cache_of(primary, prefix=prefix) as one:
        assert await one.cache.get("key", load) == "old"
        await one.cache.settle()
        take_over(primary, replica)
        value = "new"
        one.cache.forget("key")
        await one.cache.settle()
    async with cache_of(replica, prefix=prefix) as another:
        assert await another.cache.get("key", load) == "new"
        await another.cache.settle()
    value = "newer"
    async with cache_of(replica, prefix=prefix) as a_third:
        assert await a_third.cache.get("key", load) == "new"


async def test_a_session_whose_revocation_was_lost_is_refused(
    primary: ValkeyServer, replica: ValkeyServer, clock: VirtualClock, ids: SeededIds
) -> None:
    prefix, store, session = some_prefix(), MemoryRevokedSessions(clock), SessionId(ids.new())
    async with (
        connected(primary, prefix=prefix) as to_primary,
        connected(replica, prefix=prefix) as to_replica,
    ):
        before = RedisRevokedSessions(to_primary, store, clock)
        assert not await before.contains(session)
        take_over(primary, replica)
        await before.add(session, clock.now() + timedelta(minutes=15))
        assert await RedisRevokedSessions(to_replica, store, clock).contains(session)
