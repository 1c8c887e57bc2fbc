"""Leases, in SQL."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update

from ....ports.clock import Clock
from ....ports.language.leases import Lease
from ....ports.leases import Leases
from ..engine.constructs import insert_or_skip, one_of
from ..engine.database import SqlDatabase
from ..engine.statement import Row, Statement
from ..schema import leases
from . import postgres_time

_BEGIN = Statement(insert_or_skip(leases, leases.c.name))
_LAST = Statement(select(leases).where(leases.c.name == bindparam("of")))
_LOCK = Statement(select(leases).where(leases.c.name == bindparam("of")), locks=True)
_SET = Statement(
    update(leases)
    .where(leases.c.name == bindparam("of"))
    .values(holder=bindparam("by"), epoch=bindparam("number"), expires_at=bindparam("until"))
)

_OF_HOLDER = (one_of(leases.c.name, "names"), leases.c.holder == bindparam("by"))
_EXTEND = Statement(
    update(leases)
    .where(*_OF_HOLDER, leases.c.expires_at > bindparam("now"))
    .values(expires_at=bindparam("until"))
)
_EXTENDED = Statement(select(leases).where(*_OF_HOLDER, leases.c.expires_at == bindparam("until")))
_HELD = Statement(select(leases).where(one_of(leases.c.name, "names")))


class SqlLeases(Leases):
    """The latest lease of each name, which may have expired. Each change locks its row."""

    def __init__(self, database: SqlDatabase, *, clock: Clock | None) -> None:
        """Use the time of `clock`, which all processes on the database must share, or its own."""
        self._database = database
        self._clock = clock

    async def now(self) -> datetime:
        if self._clock is not None:
            return self._clock.now()
        row = await self._database.first(postgres_time.NOW)
        assert row is not None, "the database tells its time"
        now: datetime = row.now
        return now

    async def acquire(self, name: str, holder: str, life: timedelta) -> Lease | None:
        async with self._transaction():
            now = await self.now()
            fresh = {"name": name, "holder": holder, "epoch": 1, "expires_at": now + life}
            if await self._database.execute(_BEGIN, **fresh):
                return Lease(name, holder, 1, now + life)
            last = _lease(await self._database.first(_LOCK, of=name))
            assert last is not None, "its row was just there"
            now = await self.now()  # waiting for the row may have taken a while
            if not last.is_over(now) and last.holder != holder:
                if last.expires_at > now + life:
                    # The clock was set back. Its holder renews it, or is not there any more.
                    await self._set(replace(last, expires_at=now + life))
                return None
            return await self._set(Lease(name, holder, last.epoch + 1, now + life))

    async def renew(self, lease: Lease, life: timedelta) -> Lease | None:
        async with self._transaction():
            if not await self._is_in_force(lease):
                return None
            return await self._set(replace(lease, expires_at=await self.now() + life))

    async def renew_all(self, leases: Sequence[Lease], life: timedelta) -> Sequence[Lease]:
        if not leases:
            return []
        names, epochs = [lease.name for lease in leases], {lease.name: lease for lease in leases}
        async with self._transaction():
            now = await self.now()
            of = {"names": names, "by": leases[0].holder}
            await self._database.execute(_EXTEND, **of, now=now, until=now + life)
            rows = await self._database.rows(_EXTENDED, **of, until=now + life)
        renewed = (Lease(row.name, row.holder, row.epoch, row.expires_at) for row in rows)
        return [lease for lease in renewed if lease.epoch == epochs[lease.name].epoch]

    async def release(self, lease: Lease) -> None:
        async with self._transaction():
            if await self._is_in_force(lease):
                await self._set(replace(lease, expires_at=await self.now()))

    async def held(self, names: Collection[str]) -> Mapping[str, Lease]:
        assert not self._database.in_transaction, _OUTSIDE
        rows = await self._database.rows(_HELD, names=list(names))
        now = await self.now()
        found = (Lease(row.name, row.holder, row.epoch, row.expires_at) for row in rows)
        return {lease.name: lease for lease in found if not lease.is_over(now)}

    async def holder(self, name: str) -> Lease | None:
        assert not self._database.in_transaction, _OUTSIDE
        last = _lease(await self._database.first(_LAST, of=name))
        return None if last is None or last.is_over(await self.now()) else last

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[None]:
        assert not self._database.in_transaction, _OUTSIDE
        async with self._database.transaction():
            yield

    async def _is_in_force(self, lease: Lease) -> bool:
        last = _lease(await self._database.first(_LOCK, of=lease.name))
        return last is not None and last.is_still(lease, await self.now())

    async def _set(self, lease: Lease) -> Lease:
        await self._database.execute(
            _SET, of=lease.name, by=lease.holder, number=lease.epoch, until=lease.expires_at
        )
        return lease


_OUTSIDE = "leases must not be used inside a transaction"


def _lease(row: Row | None) -> Lease | None:
    return None if row is None else Lease(row.name, row.holder, row.epoch, row.expires_at)
