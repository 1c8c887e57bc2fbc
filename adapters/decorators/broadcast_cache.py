"""A cache that evicts values in all processes."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from ...ports.cache import Cache
from ...ports.cache_invalidations import CacheInvalidations

K = TypeVar("K")
V = TypeVar("V")


class BroadcastCache(Cache[K, V]):
    """Keeps values in a local cache, and broadcasts every eviction to the other processes."""

    def __init__(self, cache: Cache[K, V], *, invalidations: CacheInvalidations[K]) -> None:
        """Subscribe to the evictions of all processes."""
        self._cache = cache
        self._invalidations = invalidations
        invalidations.subscribe(cache.forget, cache.forget_all)

    async def get(self, key: K, load: Callable[[], Awaitable[V]]) -> V:
        return await self._cache.get(key, load)

    def forget(self, key: K) -> None:
        self._cache.forget(key)
        self._invalidations.publish(key)

    def forget_all(self) -> None:
        self._cache.forget_all()
