"""Caches of several processes on one Redis."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from solebook.adapters.memory.cache import MemoryCache
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.redis.cache import RedisCache
from solebook.adapters.redis.cache_invalidations import RedisCacheInvalidations
from solebook.adapters.redis.connection import RedisConnection
from solebook.adapters.redis.subscription import Subscription
from solebook.composition.embedded import START

from .redis_connections import PATIENCE, connected, some_prefix, until
from .valkey_server import ValkeyServer

LIFE = timedelta(minutes=10)


@dataclass
class CachingProcess:
    """A process with a cache."""

    connection: RedisConnection
    subscription: Subscription
    cache: RedisCache[str, str]
    near: MemoryCache[str, str]

    async def listens(self) -> None:
        await until(lambda: self.subscription.is_heard)


@asynccontextmanager
async def cache_of(
    server: ValkeyServer,
    *,
    near: MemoryCache[str, str] | None = None,
    prefix: str | None = None,
    life: timedelta = LIFE,
    timeout: float = PATIENCE,  # noqa: ASYNC109  # the connection's own
) -> AsyncIterator[CachingProcess]:
    """Open the cache of a process. Those with one prefix share their values."""
    prefix = some_prefix() if prefix is None else prefix
    near = near or MemoryCache(VirtualClock(START), size=100, life=LIFE)
    async with connected(server, prefix=prefix, timeout=timeout) as connection:
        channel = connection.name("changes")
        subscription = Subscription(connection, channel, beat=0.1, silence=0.4, pause=0.02)
        invalidations = RedisCacheInvalidations[str](
            connection, channel, read=str, subscription=subscription
        )
        cache = RedisCache[str, str](
            connection,
            "values",
            near,
            invalidations=invalidations,
            life=life,
            encode=str.encode,
            decode=bytes.decode,
        )
        async with invalidations.open(), cache.open():
            yield CachingProcess(connection, subscription, cache, near)


@asynccontextmanager
async def invalidations_of(server: ValkeyServer) -> AsyncIterator[RedisCacheInvalidations[str]]:
    """Open the invalidations of a process alone."""
    async with connected(server, prefix=some_prefix()) as connection:
        channel = connection.name("changes")
        invalidations = RedisCacheInvalidations[str](connection, channel, read=str)
        async with invalidations.open():
            yield invalidations
