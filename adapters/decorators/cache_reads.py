"""How often something was found in a cache, for measurements."""

from collections.abc import Collection
from weakref import WeakSet


class CacheReads:
    """Counts the reads of one cache. A process has few of these, and each name is in the code."""

    __slots__ = ("__weakref__", "cache", "hits", "misses")

    def __init__(self, cache: str) -> None:
        self.cache = cache
        self.hits = 0
        self.misses = 0
        """Also reads that find that somebody loads it, and wait for that."""
        _all.add(self)


_all: "WeakSet[CacheReads]" = WeakSet()


def cache_reads() -> Collection[CacheReads]:
    """Return what was counted of all caches in this process."""
    return [*_all]
