"""Something that the payment provider did, and was not asked for, is brought to somebody's eyes."""

from dataclasses import dataclass

from ...ports.language.alarms import AlarmKind
from ...ports.language.events import AlarmRaised, FreezeRequested
from ...ports.language.ids import OrderId
from ...ports.language.orders import FreezeReason
from ...ports.outbox import Outbox


@dataclass(frozen=True, slots=True)
class Irregularities:
    """Alarms the admins, and has the payout of the order that it is about frozen.

    It needs a transaction: what was booked, or left out of the books, commits with its alarm.
    """

    outbox: Outbox

    async def note(self, order_id: OrderId | None, what: str) -> None:
        """Tell of it; `order_id` is None where no order is known that it could belong to."""
        await self.outbox.add(AlarmRaised(AlarmKind.PROVIDER_REPORT, order_id, what))
        if order_id is not None:
            await self.outbox.add(FreezeRequested(order_id, FreezeReason.PROVIDER, what))


def dollars(amount: int) -> str:
    """Return an amount of cents as people write it.

    >>> dollars(1_400)
    '14.00'
    """
    return f"{amount // 100}.{amount % 100:02}"
