"""A cache whose values are forgotten by all processes together."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from ...ports.cache import Cache
from ...ports.cache_invalidations import CacheInvalidations

K = TypeVar("K")
V = TypeVar("V")


class BroadcastCache(Cache[K, V]):
    """Keeps values in a cache of this process, and tells the other processes what to forget."""

    def __init__(self, cache: Cache[K, V], *, invalidations: CacheInvalidations[K]) -> None:
        """Forget from now on what any process says that it forgets."""
        self._cache = cache
        self._invalidations = invalidations
        invalidations.subscribe(cache.forget)

    async def get(self, key: K, load: Callable[[], Awaitable[V]]) -> V:
        return await self._cache.get(key, load)

    def forget(self, key: K) -> None:
        self._cache.forget(key)
        self._invalidations.publish(key)
