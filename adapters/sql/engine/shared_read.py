"""Combines the reads of concurrent callers into one statement."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, Generic, TypeVar

from .database import SqlDatabase

K = TypeVar("K")
V = TypeVar("V")


class SharedRead(Generic[K, V]):
    """Reads by key, with one read for all requests of one turn of the event loop.

    Nothing is cached: a read begins after all its callers have asked, so each one sees what was
    committed before. Inside a transaction a caller reads alone and sees its own writes.
    """

    def __init__(
        self,
        database: SqlDatabase,
        read: Callable[[Collection[K]], Awaitable[Mapping[K, V]]],
    ) -> None:
        """Create a shared read; `read` returns the values of the keys that have one."""
        self._database = database
        self._read = read
        self._keys: set[K] = set()
        """The keys of the next read."""
        self._next: asyncio.Task[Mapping[K, V]] | None = None

    async def __call__(self, key: K) -> V | None:
        """Return the value of a key, or None. Errors of the read propagate."""
        if self._database.in_transaction:
            return (await self._read([key])).get(key)
        if self._next is None:
            self._next = asyncio.create_task(self._read_all())
            self._next.add_done_callback(_retrieve)
        self._keys.add(key)
        # Shielded, so that a cancelled caller does not cancel the read of the others.
        return (await asyncio.shield(self._next)).get(key)

    async def _read_all(self) -> Mapping[K, V]:
        keys, self._keys, self._next = self._keys, set(), None
        return await self._read(keys)


def _retrieve(task: "asyncio.Task[Any]") -> None:
    """Retrieve the error of a read whose callers may all have been cancelled."""
    if not task.cancelled():
        task.exception()
