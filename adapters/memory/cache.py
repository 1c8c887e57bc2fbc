"""A cache, in memory."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

from ...ports.cache import Cache
from ...ports.clock import Clock
from ..decorators.cache_reads import CacheReads

K = TypeVar("K")
V = TypeVar("V")


class MemoryCache(Cache[K, V]):
    """The most recently used values. A load that was invalidated meanwhile is not stored."""

    def __init__(self, clock: Clock, *, size: int, life: timedelta, name: str = "memory") -> None:
        """Keep up to `size` values, each until `life` after its load began. Raises ValueError.

        `name` is its name in measurements.
        """
        if size < 1 or life <= timedelta(0):
            raise ValueError(f"size and life must be positive, not {size} and {life}")
        self._clock = clock
        self._size = size
        self._life = life.total_seconds()
        self._reads = CacheReads(name)
        self._kept: OrderedDict[K, tuple[V, float]] = OrderedDict()
        self._loading: dict[K, asyncio.Task[V]] = {}
        self._under_way: set[asyncio.Task[Any]] = set()
        """All running loads, also invalidated ones: asyncio may drop tasks without a reference."""

    async def get(self, key: K, load: Callable[[], Awaitable[V]]) -> V:
        kept = self._kept.get(key)
        if kept is not None and self._clock.elapsed() < kept[1]:
            self._kept.move_to_end(key)
            self._reads.hits += 1
            return kept[0]
        self._reads.misses += 1
        loading = self._loading.get(key)
        if loading is None:
            loading = self._loading[key] = asyncio.create_task(self._load(key, load))
            self._under_way.add(loading)
            loading.add_done_callback(self._loaded)
        return await asyncio.shield(loading)

    def forget(self, key: K) -> None:
        self._kept.pop(key, None)
        self._loading.pop(key, None)

    def forget_all(self) -> None:
        self._kept.clear()
        self._loading.clear()

    async def _load(self, key: K, load: Callable[[], Awaitable[V]]) -> V:
        good_until = self._clock.elapsed() + self._life
        task = asyncio.current_task()
        try:
            value = await load()
            if self._loading.get(key) is task:
                self._keep(key, value, good_until)
            return value
        finally:
            if self._loading.get(key) is task:
                del self._loading[key]

    def _keep(self, key: K, value: V, good_until: float) -> None:
        self._kept[key] = value, good_until
        self._kept.move_to_end(key)
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)

    def _loaded(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # retrieved, or asyncio logs it if every waiter was cancelled
