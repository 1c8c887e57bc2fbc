"""The clock that all processes of an exchange share, in SQL."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from ....ports.exchange_clock import ClockFollowers, ClockOffset
from ....ports.language.exchange_clock import ClockFollower
from ..engine.constructs import insert_or_lock, insert_or_replace
from ..engine.database import SqlDatabase
from ..engine.statement import Statement
from ..schema import clock_followers, clock_offset

_AGREED = Statement(
    select(clock_offset.c.microseconds).where(clock_offset.c.number == 1), locks=True
)
_AGREE = Statement(insert_or_lock(clock_offset, clock_offset.c.number))
_SET = Statement(
    update(clock_offset)
    .where(clock_offset.c.number == 1)
    .values(microseconds=bindparam("microseconds"))
)
_BEAT = Statement(
    insert_or_replace(
        clock_followers,
        clock_followers.c.process,
        change=lambda old, _: {"beats": old.beats + 1},
    )
)
_ALL = Statement(select(clock_followers).order_by(clock_followers.c.process))
_REMOVE = Statement(delete(clock_followers).where(clock_followers.c.process == bindparam("of")))

_MICROSECOND = timedelta(microseconds=1)


class SqlClockOffset(ClockOffset):
    """A table with a single row, number 1."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def agreed(self) -> timedelta | None:
        row = await self._database.first(_AGREED)
        return None if row is None else _offset(row.microseconds)

    async def agree(self, offset: timedelta) -> timedelta:
        row = await self._database.first(_AGREE, number=1, microseconds=offset // _MICROSECOND)
        assert row is not None, "the statement returns its row"
        return _offset(row.microseconds)

    async def set(self, offset: timedelta) -> None:
        await self._database.execute(_SET, microseconds=offset // _MICROSECOND)


class SqlClockFollowers(ClockFollowers):
    """One row for each process."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def beat(self, process: str, offset: timedelta) -> None:
        values = {"process": process, "microseconds": offset // _MICROSECOND, "beats": 1}
        await self._write(_BEAT, **values)

    async def all(self) -> Sequence[ClockFollower]:
        rows = await self._database.rows(_ALL)
        return [ClockFollower(row.process, _offset(row.microseconds), row.beats) for row in rows]

    async def remove(self, process: str) -> None:
        await self._write(_REMOVE, of=process)

    async def _write(self, statement: Statement, **values: Any) -> None:
        async with self._database.transaction():
            await self._database.execute(statement, **values)


def _offset(microseconds: int) -> timedelta:
    return timedelta(microseconds=microseconds)
