"""Alarms, in SQL."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from ....ports.alarms import Alarms
from ....ports.language.alarms import Alarm, AlarmKind
from ....ports.language.errors import NotFound
from ....ports.language.ids import AlarmId, OrderId
from ....ports.language.paging import Page, PageRequest
from ..engine.database import SqlDatabase
from ..engine.paging import newest_first, page
from ..engine.statement import Row, Statement, insert_row, update_row
from ..schema import alarms

_ADD = Statement(insert_row(alarms))
_SAVE = Statement(update_row(alarms))
_GET = Statement(select(alarms).where(alarms.c.id == bindparam("id")), locks=True)
_OPEN = select(alarms).where(alarms.c.closed_at.is_(None), alarms.c.kind == bindparam("kind"))
_OPEN_OF_ORDER = Statement(_OPEN.where(alarms.c.order_id == bindparam("order_id")), locks=True)
_OPEN_OF_NONE = Statement(_OPEN.where(alarms.c.order_id.is_(None)), locks=True)
_CLOSE = Statement(
    update(alarms)
    .where(
        alarms.c.closed_at.is_(None),
        alarms.c.order_id == bindparam("of_order"),
        alarms.c.kind == bindparam("of_kind"),
    )
    .values(closed_at=bindparam("at"))
)
_PAGE = Statement(newest_first(select(alarms), alarms.c.id))
_PAGE_OF_OPEN = Statement(
    newest_first(select(alarms).where(alarms.c.closed_at.is_(None)), alarms.c.id)
)


class SqlAlarms(Alarms):
    """Alarms, one row each."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def add(self, alarm: Alarm) -> Alarm:
        await self._database.lock(f"alarm {alarm.kind} {alarm.order_id}")
        kept = await self._open(alarm.order_id, alarm.kind)
        if kept is None:
            await self._database.execute(_ADD, **_values(alarm))
            return alarm
        again = kept.raised_again(alarm)
        await self.save(again)
        return again

    async def save(self, alarm: Alarm) -> None:
        if not await self._database.execute(_SAVE, **_values(alarm)):
            raise NotFound(what="alarm", id=alarm.id)

    async def get(self, alarm_id: AlarmId) -> Alarm:
        row = await self._database.first(_GET, id=alarm_id)
        if row is None:
            raise NotFound(what="alarm", id=alarm_id)
        return _alarm(row)

    async def close(self, order_id: OrderId, kinds: Collection[AlarmKind], at: datetime) -> int:
        rows = [{"of_order": order_id, "of_kind": kind, "at": at} for kind in kinds]
        return await self._database.execute_many(_CLOSE, rows)

    async def page(self, request: PageRequest, *, open_only: bool = False) -> Page[Alarm]:
        return await page(self._database, _PAGE_OF_OPEN if open_only else _PAGE, request, _alarm)

    async def _open(self, order_id: OrderId | None, kind: AlarmKind) -> Alarm | None:
        if order_id is None:
            row = await self._database.first(_OPEN_OF_NONE, kind=kind)
        else:
            row = await self._database.first(_OPEN_OF_ORDER, kind=kind, order_id=order_id)
        return None if row is None else _alarm(row)


def _values(alarm: Alarm) -> dict[str, Any]:
    return {
        "id": alarm.id,
        "kind": alarm.kind,
        "order_id": alarm.order_id,
        "note": alarm.note,
        "raised_at": alarm.raised_at,
        "last_at": alarm.last_at,
        "count": alarm.count,
        "closed_at": alarm.closed_at,
        "closed_by": alarm.closed_by,
        "resolution": alarm.resolution,
    }


def _alarm(row: Row) -> Alarm:
    return Alarm(
        id=row.id,
        kind=AlarmKind(row.kind),
        order_id=row.order_id,
        note=row.note,
        raised_at=row.raised_at,
        last_at=row.last_at,
        count=row.count,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        resolution=row.resolution,
    )
