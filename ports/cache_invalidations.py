"""The port to cache invalidations across processes."""

from collections.abc import Callable
from typing import Protocol, TypeVar

K = TypeVar("K")


class CacheInvalidations(Protocol[K]):
    """Broadcasts the keys of changed values to every process that may cache them.

    Every process receives each key, unlike a message on the event bus, which one process handles. A
    broadcast to another process may be lost; its cached value is then used until the end of its
    lifetime.
    """

    def publish(self, key: K) -> None:
        """Send a key to all subscribers: immediately in this process, and moments later in others.

        It raises nothing.
        """
        ...

    def subscribe(self, forget: Callable[[K], None], forget_all: Callable[[], None]) -> None:
        """Call `forget` with each key that any process publishes from now on.

        `forget_all` is called when a key of another process may have been lost. Both must be fast
        and raise nothing.
        """
        ...
