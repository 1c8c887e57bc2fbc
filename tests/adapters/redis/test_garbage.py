"""Something that takes connections and answers, but is not Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest

from solebook.adapters.memory.cache import MemoryCache
from solebook.adapters.memory.cache_invalidations import MemoryCacheInvalidations
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.redis.access import RedisAccess
from solebook.adapters.redis.book_reader import RedisBookReader
from solebook.adapters.redis.cache import RedisCache
from solebook.adapters.redis.connection import RedisConnection
from solebook.adapters.redis.rate_limits import RedisRateLimits
from solebook.adapters.redis.revoked_sessions import RedisRevokedSessions
from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.ports.access_tokens import RevokedSessions
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.ids import SessionId
from solebook.ports.language.rate_limits import RateLimit

from ...ports.records import Records

LIFE = timedelta(minutes=10)
GARBAGE = [
    "HTTP/1.1 400 Bad Request\r\n\r\n", "+OK\r\n", ":x\r\n", "$x\r\n", "*x\r\n", "*-3\r\n",
    "*0\r\n", "$-1\r\n", "$-7\r\n", "$3\r\nabc\r\n", "$10\r\nhalf",
    "*2\r\n*1\r\n:1\r\n*1\r\n:5\r\n", "*2\r\n+a\r\n+b\r\n", "\r\n",
]  # fmt: skip


@asynccontextmanager
async def answering(garbage: str) -> AsyncIterator[RedisConnection]:
    """Yield a connection to what answers every command so, after the connection was set up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while words := await reader.read(65_536):
            setting_up = words.count(b"SETNAME")
            writer.write(b"+OK\r\n" * setting_up or garbage.encode())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        access = RedisAccess(hosts=(("127.0.0.1", port),), timeout=0.05)
        async with RedisConnection(access, SystemStopwatch(), failures=1_000) as connection:
            yield connection


class AllRevoked(RevokedSessions):
    """A store in which all sessions are revoked."""

    async def add(self, session_id: SessionId, until: datetime) -> None:
        raise NotImplementedError

    async def contains(self, session_id: SessionId) -> bool:
        return True


@pytest.mark.parametrize("garbage", GARBAGE)
async def test_what_is_no_answer_is_taken_for_none(
    garbage: str, ids: SeededIds, clock: VirtualClock
) -> None:
    records = Records(ids=ids, clock=clock)
    async with answering(garbage) as connection:
        with pytest.raises(Unavailable):
            await RedisRateLimits(connection).take("a", RateLimit(burst=5, per_second=1.0))
        with pytest.raises(Unavailable):
            await RedisBookReader(connection, 1).read([records.book()], 1)
        sessions = RedisRevokedSessions(connection, AllRevoked(), clock)
        assert await sessions.contains(SessionId(ids.new()))
        cache = RedisCache[str, str](
            connection,
            "values",
            MemoryCache(clock, size=10, life=LIFE),
            invalidations=MemoryCacheInvalidations(),
            life=LIFE,
            encode=str.encode,
            decode=no_value,
        )
        assert await cache.get("key", load) == "loaded"


def no_value(payload: bytes) -> str:
    raise ValueError("a value of another version")


async def load() -> str:
    return "loaded"
