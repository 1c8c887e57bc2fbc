"""Alarms about unasked actions of the payment provider."""

from dataclasses import dataclass

from ...ports.language.alarms import AlarmKind
from ...ports.language.currencies import Currency
from ...ports.language.events import AlarmRaised, FreezeRequested
from ...ports.language.ids import OrderId
from ...ports.language.money import Cents
from ...ports.language.orders import FreezeReason
from ...ports.outbox import Outbox


@dataclass(frozen=True, slots=True)
class Irregularities:
    """Raises an alarm and requests a freeze of the order's payout.

    It needs a transaction: the alarm commits with the transfers that it is about.
    """

    outbox: Outbox
    currency: Currency

    async def note(self, order_id: OrderId | None, what: str) -> None:
        """Raise the alarm; `order_id` is None if the order is unknown."""
        await self.outbox.add(AlarmRaised(AlarmKind.PROVIDER_REPORT, order_id, what))
        if order_id is not None:
            await self.outbox.add(FreezeRequested(order_id, FreezeReason.PROVIDER, what))

    def amount(self, amount: Cents) -> str:
        """Return an amount as alarms have it, such as `14.00`."""
        return self.currency.plain(amount)
