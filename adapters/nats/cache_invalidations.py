"""Invalidations of the caches of all processes."""

from collections.abc import Callable
from typing import Generic, TypeVar

from ...ports.cache_invalidations import CacheInvalidations
from ..memory.cache_invalidations import MemoryCacheInvalidations
from ..streams.channel import Channel

K = TypeVar("K")


class NatsCacheInvalidations(CacheInvalidations[K], Generic[K]):
    """Calls the caches of this process, and through a channel those of the others."""

    def __init__(self, channel: Channel, *, read: Callable[[str], K]) -> None:
        """`read` returns the key for its text."""
        self._channel = channel
        self._read = read
        self._here = MemoryCacheInvalidations[K]()

    def publish(self, key: K) -> None:
        self._here.publish(key)
        self._channel.tell(str(key).encode())

    def subscribe(self, forget: Callable[[K], None], forget_all: Callable[[], None]) -> None:
        self._here.subscribe(forget, forget_all)

    async def hear(self, item: bytes) -> None:
        """Forget a key of another process."""
        self._here.publish(self._read(item.decode()))

    def miss(self) -> None:
        """Let the caches of this process forget everything, because a message may be lost."""
        self._here.publish_all()
