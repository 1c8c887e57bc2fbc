"""Leases, in memory."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from ...ports.clock import Clock
from ...ports.language.leases import Lease
from ...ports.leases import Leases
from .database import MemoryAdapter, MemoryDatabase


class MemoryLeases(MemoryAdapter, Leases):
    """The last lease of each name, which may have expired."""

    def __init__(self, database: MemoryDatabase, *, clock: Clock) -> None:
        super().__init__(database)
        self._clock = clock

    async def now(self) -> datetime:
        return self._clock.now()

    async def acquire(self, name: str, holder: str, life: timedelta) -> Lease | None:
        async with self._transaction():
            now = self._clock.now()
            last = self._tables.leases.get(name)
            if last is not None and not last.is_over(now) and last.holder != holder:
                return None
            epoch = 1 if last is None else last.epoch + 1
            return self._put(Lease(name, holder, epoch, now + life))

    async def renew(self, lease: Lease, life: timedelta) -> Lease | None:
        async with self._transaction():
            if not self._is_in_force(lease):
                return None
            return self._put(replace(lease, expires_at=self._clock.now() + life))

    async def renew_all(self, leases: Sequence[Lease], life: timedelta) -> Sequence[Lease]:
        async with self._transaction():
            until = self._clock.now() + life
            in_force = [lease for lease in leases if self._is_in_force(lease)]
            return [self._put(replace(lease, expires_at=until)) for lease in in_force]

    async def release(self, lease: Lease) -> None:
        async with self._transaction():
            if self._is_in_force(lease):
                self._put(replace(lease, expires_at=self._clock.now()))

    async def held(self, names: Collection[str]) -> Mapping[str, Lease]:
        assert not self._database.is_open, _OUTSIDE
        now = self._clock.now()
        with await self._database.reading():
            found = {name: lease for name, lease in self._tables.leases.items() if name in names}
        return {name: lease for name, lease in found.items() if not lease.is_over(now)}

    async def holder(self, name: str) -> Lease | None:
        assert not self._database.is_open, _OUTSIDE
        with await self._database.reading():
            last = self._tables.leases.get(name)
        return None if last is None or last.is_over(self._clock.now()) else last

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[None]:
        assert not self._database.is_open, _OUTSIDE
        async with self._database():
            await self._database.writing()
            yield

    def _is_in_force(self, lease: Lease) -> bool:
        last = self._tables.leases.get(lease.name)
        return last is not None and last.is_still(lease, self._clock.now())

    def _put(self, lease: Lease) -> Lease:
        self._database.put(self._tables.leases, lease.name, lease)
        return lease


_OUTSIDE = "leases must not be used inside a transaction"
