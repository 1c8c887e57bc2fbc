"""Invalidations of the caches in one process."""

from collections.abc import Callable
from typing import TypeVar

from ...ports.cache_invalidations import CacheInvalidations

K = TypeVar("K")


class MemoryCacheInvalidations(CacheInvalidations[K]):
    """Calls all caches that share this object."""

    def __init__(self) -> None:
        self._subscribers: list[Callable[[K], None]] = []
        self._subscribers_of_all: list[Callable[[], None]] = []

    def publish(self, key: K) -> None:
        for forget in self._subscribers:
            forget(key)

    def publish_all(self) -> None:
        """Let all caches forget everything."""
        for forget_all in self._subscribers_of_all:
            forget_all()

    def subscribe(self, forget: Callable[[K], None], forget_all: Callable[[], None]) -> None:
        self._subscribers.append(forget)
        self._subscribers_of_all.append(forget_all)
