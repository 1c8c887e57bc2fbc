"""Something must be looked at."""

from dataclasses import dataclass

from ...ports.alarms import Alarms
from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.alarms import ALARMS, Alarm
from ...ports.language.events import AlarmRaised
from ...ports.language.ids import AlarmId
from ...ports.outbox import Deadlines
from ...ports.transaction import Transaction


@dataclass(frozen=True, slots=True)
class RecordAlarm:
    """An alarm is kept for the admins. Raised again while it is open, it is counted on it.

    One that an order's deadline raised is not kept if that deadline does not run any more: the
    order left the state that the alarm is about before anybody heard of it.
    """

    transaction: Transaction
    alarms: Alarms
    deadlines: Deadlines
    clock: Clock
    ids: Ids

    async def __call__(self, event: AlarmRaised) -> None:
        """Keep it. It must be handled once: the consumer's inbox sees to that."""
        now = self.clock.now()
        async with self.transaction():
            if await self._is_over(event):
                return
            await self.alarms.add(
                Alarm(
                    id=AlarmId(self.ids.new()),
                    kind=event.kind,
                    order_id=event.order_id,
                    note=event.note,
                    raised_at=now,
                    last_at=now,
                )
            )

    async def _is_over(self, event: AlarmRaised) -> bool:
        if event.order_id is None or event.kind not in ALARMS.values():
            return False
        running = await self.deadlines.of(event.order_id)
        return event.kind not in [ALARMS.get(deadline.kind) for deadline in running]
