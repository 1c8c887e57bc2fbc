"""Leases, in SQL."""

from datetime import timedelta

from sqlalchemy import bindparam, select, update

from ....ports.clock import Clock
from ....ports.language.leases import Lease
from ....ports.leases import Leases
from ..engine.constructs import insert_or_skip
from ..engine.database import SqlDatabase
from ..engine.statement import Row, Statement
from ..schema import leases

_BEGIN = Statement(insert_or_skip(leases, leases.c.name))
_LAST = Statement(select(leases).where(leases.c.name == bindparam("of")))
_LOCK = Statement(select(leases).where(leases.c.name == bindparam("of")).with_for_update())
_SET = Statement(
    update(leases)
    .where(leases.c.name == bindparam("of"))
    .values(holder=bindparam("by"), epoch=bindparam("number"), expires_at=bindparam("until"))
)


class SqlLeases(Leases):
    """The last lease of each name, which may be over, in a row that each change locks."""

    def __init__(self, database: SqlDatabase, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def acquire(self, name: str, holder: str, life: timedelta) -> Lease | None:
        assert not self._database.in_transaction, _OUTSIDE
        async with self._database.transaction():
            now = self._clock.now()
            fresh = {"name": name, "holder": holder, "epoch": 1, "expires_at": now + life}
            if await self._database.execute(_BEGIN, **fresh):
                return Lease(name, holder, 1, now + life)
            last = _lease(await self._database.first(_LOCK, of=name))
            assert last is not None, "its row was just there"
            if last.expires_at > now and last.holder != holder:
                return None
            return await self._set(Lease(name, holder, last.epoch + 1, now + life))

    async def renew(self, lease: Lease, life: timedelta) -> Lease | None:
        assert not self._database.in_transaction, _OUTSIDE
        async with self._database.transaction():
            if not await self._is_in_force(lease):
                return None
            until = self._clock.now() + life
            return await self._set(Lease(lease.name, lease.holder, lease.epoch, until))

    async def release(self, lease: Lease) -> None:
        assert not self._database.in_transaction, _OUTSIDE
        async with self._database.transaction():
            if await self._is_in_force(lease):
                now = self._clock.now()
                await self._set(Lease(lease.name, lease.holder, lease.epoch, now))

    async def holder(self, name: str) -> Lease | None:
        assert not self._database.in_transaction, _OUTSIDE
        last = _lease(await self._database.first(_LAST, of=name))
        return last if last is not None and last.expires_at > self._clock.now() else None

    async def _is_in_force(self, lease: Lease) -> bool:
        last = _lease(await self._database.first(_LOCK, of=lease.name))
        if last is None or last.expires_at <= self._clock.now():
            return False
        return (last.holder, last.epoch) == (lease.holder, lease.epoch)

    async def _set(self, lease: Lease) -> Lease:
        await self._database.execute(
            _SET, of=lease.name, by=lease.holder, number=lease.epoch, until=lease.expires_at
        )
        return lease


_OUTSIDE = "a lease is taken outside any transaction"


def _lease(row: Row | None) -> Lease | None:
    return None if row is None else Lease(row.name, row.holder, row.epoch, row.expires_at)
