"""Alarms, in memory."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from ...ports.alarms import Alarms
from ...ports.language.alarms import Alarm, AlarmKind
from ...ports.language.errors import NotFound
from ...ports.language.ids import AlarmId, OrderId
from ...ports.language.paging import Page, PageRequest
from .database import MemoryAdapter
from .paging import newest_first


class MemoryAlarms(MemoryAdapter, Alarms):
    """Alarms by id, and an index of the open ones by kind and order."""

    async def add(self, alarm: Alarm) -> Alarm:
        await self._database.writing()
        open_id = self._tables.open_alarms.get((alarm.order_id, alarm.kind))
        if open_id is not None:
            alarm = self._tables.alarms[open_id].raised_again(alarm)
        self._put(alarm)
        return alarm

    async def save(self, alarm: Alarm) -> None:
        await self._database.writing()
        await self.get(alarm.id)
        self._put(alarm)

    async def get(self, alarm_id: AlarmId) -> Alarm:
        with await self._database.reading():
            alarm = self._tables.alarms.get(alarm_id)
        if alarm is None:
            raise NotFound(what="alarm", id=alarm_id)
        return alarm

    async def close(self, order_id: OrderId, kinds: Collection[AlarmKind], at: datetime) -> int:
        await self._database.writing()
        found = [self._tables.open_alarms.get((order_id, kind)) for kind in kinds]
        ids = [alarm_id for alarm_id in found if alarm_id is not None]
        for alarm_id in ids:
            self._put(replace(self._tables.alarms[alarm_id], closed_at=at))
        return len(ids)

    async def page(self, request: PageRequest, *, open_only: bool = False) -> Page[Alarm]:
        with await self._database.reading():
            tables = self._tables
            ids = tables.open_alarms.values() if open_only else tables.alarms
            return newest_first(ids, tables.alarms, request)

    def _put(self, alarm: Alarm) -> None:
        subject = alarm.order_id, alarm.kind
        self._database.put(self._tables.alarms, alarm.id, alarm)
        if alarm.closed_at is None:
            self._database.put(self._tables.open_alarms, subject, alarm.id)
        elif self._tables.open_alarms.get(subject) == alarm.id:
            self._database.remove(self._tables.open_alarms, subject)
