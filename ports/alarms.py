"""The port to alarms."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from .language.alarms import Alarm, AlarmKind
from .language.ids import AlarmId, OrderId
from .language.paging import Page, PageRequest


class Alarms(Protocol):
    """Alarms for admins. Writes need a transaction."""

    async def add(self, alarm: Alarm) -> Alarm:
        """Store a new alarm, or count it on the open alarm of its kind and order. Return that
        alarm.

        The open alarm keeps its id and its first time, and its note is updated
        (`Alarm.raised_again`).
        """
        ...

    async def save(self, alarm: Alarm) -> None:
        """Replace a stored alarm. Raises NotFound."""
        ...

    async def get(self, alarm_id: AlarmId) -> Alarm:
        """Return the alarm, locked until the end of a transaction. Raises NotFound."""
        ...

    async def close(self, order_id: OrderId, kinds: Collection[AlarmKind], at: datetime) -> int:
        """Close the order's open alarms of these kinds, and return their number."""
        ...

    async def page(self, request: PageRequest, *, open_only: bool = False) -> Page[Alarm]:
        """Return a page of alarms, newest first."""
        ...
