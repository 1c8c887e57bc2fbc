"""Invalidations of the caches of all processes, over Redis pub/sub."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Generic, TypeVar
from uuid import uuid4

import msgspec

from ...ports.cache_invalidations import CacheInvalidations
from ...ports.language.errors import Unavailable
from ..memory.cache_invalidations import MemoryCacheInvalidations
from .connection import RedisConnection
from .subscription import Subscription

K = TypeVar("K")

_MOST_WAITING = 10_000
_PAUSE = 1.0
"""Seconds after which what could not be sent is sent again."""
_CLOSE = 0.5
"""Seconds to send the rest at the end."""


class _Changed(msgspec.Struct, frozen=True, array_like=True):
    sender: str
    keys: list[str]
    is_all: bool
    """Whether keys were lost, so that everything may have changed."""


_decode = msgspec.msgpack.Decoder(_Changed)
_encode = msgspec.msgpack.encode


class RedisCacheInvalidations(CacheInvalidations[K], Generic[K]):
    """Calls the caches of this process, and over a channel those of the others.

    What cannot be sent because Redis is away is made up for: the caches of the others then forget
    everything. So do the caches of a process that may have missed something.
    """

    def __init__(
        self,
        connection: RedisConnection,
        channel: str,
        *,
        read: Callable[[str], K],
        subscription: Subscription | None = None,
    ) -> None:
        """`read` returns the key for its text."""
        self._connection = connection
        self._channel = channel
        self._read = read
        self._subscription = subscription or Subscription(connection, channel)
        self._here = MemoryCacheInvalidations[K]()
        self._name = uuid4().hex
        self._waiting: list[str] = []
        self._lost_some = False
        self._wake = asyncio.Event()
        self._is_sent = asyncio.Event()
        self._is_sent.set()

    def publish(self, key: K) -> None:
        self._here.publish(key)
        if len(self._waiting) < _MOST_WAITING:
            self._waiting.append(str(key))
        else:
            self._lost_some = True
        self._is_sent.clear()
        self._wake.set()

    def subscribe(self, forget: Callable[[K], None], forget_all: Callable[[], None]) -> None:
        self._here.subscribe(forget, forget_all)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Send and listen until the block is left."""
        sending = asyncio.create_task(self._send(), name=f"sender of {self._channel}")
        try:
            async with self._subscription.open(self._hear, self._here.publish_all):
                yield
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE):
                    await self._is_sent.wait()
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def _send(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            keys, self._waiting = self._waiting, []
            message = _encode(_Changed(self._name, keys, self._lost_some))
            try:
                await self._connection.call("PUBLISH", self._channel, message)
            except Unavailable:
                self._lost_some = True
                self._wake.set()
                await self._connection.stopwatch.sleep(_PAUSE)
                continue
            self._lost_some = False
            if not self._waiting:
                self._is_sent.set()

    async def _hear(self, message: bytes) -> None:
        changed = _decode.decode(message)
        if changed.sender == self._name:
            return
        if changed.is_all:
            self._here.publish_all()
        for key in changed.keys:
            self._here.publish(self._read(key))
