"""The port to a cache."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

K_contra = TypeVar("K_contra", contravariant=True)
V = TypeVar("V")


class Cache(Protocol[K_contra, V]):
    """A bounded number of values by key, each for a limited time.

    A value may be lost at any time, and is then loaded again.
    """

    async def get(self, key: K_contra, load: Callable[[], Awaitable[V]]) -> V:
        """Return the cached value, or load and cache it.

        Concurrent calls share one load, even if some of them are cancelled. An exception of the
        load goes to all of them, and nothing is cached. The load runs in its own task, so outside
        any transaction.
        """
        ...

    def forget(self, key: K_contra) -> None:
        """Remove a value, and do not cache loads that started earlier.

        It returns immediately. Other processes that share the adapter may notice moments later.
        """
        ...

    def forget_all(self) -> None:
        """Remove all values of this process, and do not cache loads that started earlier."""
        ...
