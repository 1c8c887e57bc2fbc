"""Record an alarm."""

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
    """Stores an alarm for the admins. An alarm raised again while open is only counted.

    An alarm raised by an order's deadline is dropped if that deadline no longer runs, because the
    order has left the state that the alarm is about.
    """

    transaction: Transaction
    alarms: Alarms
    deadlines: Deadlines
    clock: Clock
    ids: Ids

    async def __call__(self, event: AlarmRaised) -> None:
        """Store the alarm. Not idempotent: the consumer's inbox filters duplicate events."""
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
