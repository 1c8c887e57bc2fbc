"""Invalidations of the caches in one process."""

from collections.abc import Callable
from typing import TypeVar

from ...ports.cache_invalidations import CacheInvalidations

K = TypeVar("K")


class MemoryCacheInvalidations(CacheInvalidations[K]):
    """Calls all caches that share this object."""

    def __init__(self) -> None:
        self._subscribers: list[Callable[[K], None]] = []

    def publish(self, key: K) -> None:
        for forget in self._subscribers:
            forget(key)

    def subscribe(self, forget: Callable[[K], None]) -> None:
        self._subscribers.append(forget)
