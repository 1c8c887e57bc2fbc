"""Something must be looked at."""

from dataclasses import dataclass

from ...ports.alarms import Alarms
from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.alarms import Alarm
from ...ports.language.events import AlarmRaised
from ...ports.language.ids import AlarmId
from ...ports.transaction import Transaction


@dataclass(frozen=True, slots=True)
class RecordAlarm:
    """An alarm is kept for the admins. Raised again while it is open, it is counted on it."""

    transaction: Transaction
    alarms: Alarms
    clock: Clock
    ids: Ids

    async def __call__(self, event: AlarmRaised) -> None:
        """Keep it. It must be handled once: the consumer's inbox sees to that."""
        now = self.clock.now()
        async with self.transaction():
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
