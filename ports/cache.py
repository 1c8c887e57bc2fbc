"""The port to what is kept at hand."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

K_contra = TypeVar("K_contra", contravariant=True)
V = TypeVar("V")


class Cache(Protocol[K_contra, V]):
    """Values that take a while to load, by key: a bounded number of them, each for a bounded time.

    What is kept may always be lost, and is then loaded again.
    """

    async def get(self, key: K_contra, load: Callable[[], Awaitable[V]]) -> V:
        """Return the value that is kept, or load it and keep it.

        However many ask meanwhile, it is loaded once; whoever goes away leaves the others their
        answer. What the load raises goes to those who wait for it, and nothing is kept. It runs in
        a task of its own, so outside any transaction.
        """
        ...

    def forget(self, key: K_contra) -> None:
        """Give nobody who asks from now on what was loaded, or began to be loaded, before.

        It returns at once; other processes that share the adapter may hear of it a moment later.
        """
        ...
