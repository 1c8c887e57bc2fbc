"""Sessions that one process revokes and another refuses, with Redis and without."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from solebook.adapters.memory.revoked_sessions import MemoryRevokedSessions
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.redis.connection import RedisConnection
from solebook.adapters.redis.revoked_sessions import GOOD_FOR, RedisRevokedSessions
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.ids import SessionId

from ...redis_connections import PATIENCE, connected, some_prefix, until
from ...valkey_server import ValkeyServer

LIFE = timedelta(minutes=15)
QUICK = 0.1


class Store(MemoryRevokedSessions):
    """The store, which answers at once or when it is let, and may be away."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(clock)
        self.asked = 0
        self.lets = asyncio.Event()
        self.lets.set()
        self.is_away = False

    async def contains(self, session_id: SessionId) -> bool:
        self.asked += 1
        if self.is_away:
            raise Unavailable(what="the store")
        is_revoked = await super().contains(session_id)
        await self.lets.wait()
        return is_revoked


@dataclass
class Two:
    """Two processes with one store, and a session that the other one has just accepted."""

    store: Store
    one: RedisRevokedSessions
    other: RedisRevokedSessions
    connection: RedisConnection
    session: SessionId
    until: datetime

    async def revoke(self) -> None:
        await self.one.add(self.session, self.until)

    async def refused(self) -> None:
        """Wait until the other process refuses the session."""
        async with asyncio.timeout(PATIENCE):
            while not await self.other.contains(self.session):  # noqa: ASYNC110
                await asyncio.sleep(0.01)


@pytest.fixture
def store(clock: VirtualClock) -> Store:
    return Store(clock)


@asynccontextmanager
async def two(
    server: ValkeyServer,
    store: Store,
    clock: VirtualClock,
    *,
    server_of_one: ValkeyServer | None = None,
    timeout: float = PATIENCE,  # noqa: ASYNC109  # the connection's own
) -> AsyncIterator[Two]:
    prefix = some_prefix()
    async with (
        connected(server_of_one or server, prefix=prefix, timeout=timeout) as first,
        connected(server, prefix=prefix, timeout=timeout) as second,
    ):
        one = RedisRevokedSessions(first, store, clock)
        other = RedisRevokedSessions(second, store, clock)
        session = SessionId(SeededIds(seed=1, clock=clock).new())
        assert not await other.contains(session)
        yield Two(store, one, other, second, session, clock.now() + LIFE)


async def test_a_session_that_one_process_revokes_the_other_refuses_at_once(
    valkey_server: ValkeyServer, store: Store, clock: VirtualClock
) -> None:
    async with two(valkey_server, store, clock) as processes:
        await processes.revoke()
        assert await processes.other.contains(processes.session)


@pytest.mark.parametrize("command", ["SET", "RPUSH"])
async def test_what_somebody_else_has_written_is_not_believed(
    valkey_server: ValkeyServer, store: Store, clock: VirtualClock, command: str
) -> None:
    async with two(valkey_server, store, clock) as processes:
        await processes.revoke()
        key = processes.connection.name("sessions", str(processes.session))
        await processes.connection.call("DEL", key)
        await processes.connection.call(command, key, "text")
        for _ in range(10):
            assert await processes.other.contains(processes.session)


async def test_the_store_is_seldom_asked(
    valkey_server: ValkeyServer, store: Store, clock: VirtualClock
) -> None:
    async with two(valkey_server, store, clock) as processes:
        for _ in range(100):
            assert not await processes.other.contains(processes.session)
        assert store.asked < 50
        await processes.revoke()
        asked = store.asked
        for _ in range(100):
            assert await processes.other.contains(processes.session)
        assert store.asked == asked


async def test_redis_answers_while_the_store_is_away(
    valkey_server: ValkeyServer, store: Store, clock: VirtualClock
) -> None:
    async with two(valkey_server, store, clock) as processes:
        await processes.revoke()
        store.is_away = True
        assert await processes.other.contains(processes.session)


async def test_it_is_refused_after_redis_was_emptied(
    own_valkey_server: ValkeyServer, store: Store, clock: VirtualClock
) -> None:
    async with two(own_valkey_server, store, clock) as processes:
        await processes.revoke()
        own_valkey_server.command("FLUSHALL")
        assert await processes.other.contains(processes.session)
        asked = store.asked
        assert await processes.other.contains(processes.session)
        assert store.asked == asked


async def test_it_is_refused_while_redis_hangs_and_afterwards(
    own_valkey_server: ValkeyServer, store: Store, clock: VirtualClock
) -> None:
    async with two(own_valkey_server, store, clock, timeout=QUICK) as processes:
        own_valkey_server.pause()
        await processes.revoke()
        assert await processes.other.contains(processes.session)
        own_valkey_server.resume()
        await processes.refused()


async def test_it_is_refused_while_redis_is_away_and_after_it_began_empty(
    own_valkey_server: ValkeyServer, store: Store, clock: VirtualClock
) -> None:
    async with two(own_valkey_server, store, clock) as processes:
        own_valkey_server.kill()
        await processes.revoke()
        assert await processes.other.contains(processes.session)
        own_valkey_server.start()
        for _ in range(10):
            assert await processes.other.contains(processes.session)


async def test_it_is_refused_soon_if_only_the_process_that_revokes_does_not_reach_redis(
    valkey_server: ValkeyServer,
    own_valkey_server: ValkeyServer,
    store: Store,
    clock: VirtualClock,
) -> None:
    own_valkey_server.kill()
    async with two(valkey_server, store, clock, server_of_one=own_valkey_server) as processes:
        await processes.revoke()
        name = processes.connection.name("sessions", str(processes.session))
        left = await processes.connection.call("PTTL", name)
        assert left <= GOOD_FOR * 1000
        await processes.connection.call("PEXPIRE", name, 1)
        await processes.refused()


async def test_what_the_store_said_before_a_revocation_is_not_kept_after_it(
    valkey_server: ValkeyServer, store: Store, clock: VirtualClock
) -> None:
    async with two(valkey_server, store, clock) as processes:
        session = SessionId(SeededIds(seed=2, clock=clock).new())
        asked = store.asked
        store.lets.clear()
        asking = asyncio.create_task(processes.other.contains(session))
        await until(lambda: store.asked > asked)
        await processes.one.add(session, processes.until)
        store.lets.set()
        assert not await asking
        assert await processes.other.contains(session)


async def test_what_the_store_said_long_ago_is_not_kept(
    own_valkey_server: ValkeyServer, store: Store, clock: VirtualClock
) -> None:
    async with two(own_valkey_server, store, clock) as processes:
        session = SessionId(SeededIds(seed=2, clock=clock).new())
        name = processes.connection.name("sessions", str(session))
        asked = store.asked
        store.lets.clear()
        asking = asyncio.create_task(processes.other.contains(session))
        await until(lambda: store.asked > asked)
        await asyncio.sleep(GOOD_FOR)
        store.lets.set()
        assert not await asking
        assert await processes.connection.call("EXISTS", name) == 0


async def test_a_revocation_is_told_although_redis_has_just_failed(
    own_valkey_server: ValkeyServer, clock: VirtualClock, ids: SeededIds
) -> None:
    store, session = MemoryRevokedSessions(clock), SessionId(ids.new())
    async with (
        connected(own_valkey_server, pause=PATIENCE) as here,
        connected(own_valkey_server) as there,
    ):
        own_valkey_server.kill()
        for _ in range(3):
            with pytest.raises(Unavailable):
                await here.check()
        own_valkey_server.start()
        other = RedisRevokedSessions(there, store, clock)
        assert not await other.contains(session)
        await RedisRevokedSessions(here, store, clock).add(session, clock.now() + LIFE)
        assert await other.contains(session)
