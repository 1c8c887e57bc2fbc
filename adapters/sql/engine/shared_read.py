"""Reads of many callers in one statement."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Generic, TypeVar

from .database import SqlDatabase

K = TypeVar("K")
V = TypeVar("V")


class SharedRead(Generic[K, V]):
    """Reads by key; what is asked for within one turn of the event loop is read together.

    Nothing is remembered: a read begins after all of its callers have asked, so each sees what was
    committed before. Inside a transaction a caller reads by itself, and sees its own writes.
    """

    def __init__(
        self,
        database: SqlDatabase,
        read: Callable[[Collection[K]], Awaitable[Mapping[K, V]]],
    ) -> None:
        """Describe a read; `read` returns what there is for some keys."""
        self._database = database
        self._read = read
        self._keys: set[K] = set()
        """What the next read is for."""
        self._next: asyncio.Task[Mapping[K, V]] | None = None

    async def __call__(self, key: K) -> V | None:
        """Return what there is for a key, if anything. Raises what the read raises."""
        if self._database.in_transaction:
            return (await self._read([key])).get(key)
        if self._next is None:
            self._next = asyncio.create_task(self._read_all())
        self._keys.add(key)
        # A caller who is cancelled leaves the others theirs.
        return (await asyncio.shield(self._next)).get(key)

    async def _read_all(self) -> Mapping[K, V]:
        keys, self._keys, self._next = self._keys, set(), None
        return await self._read(keys)
