"""Delete a price alert."""

from dataclasses import dataclass

from ...ports.language.ids import AlertId
from ...ports.language.users import Actor
from ...ports.price_alerts import PriceAlerts
from ...ports.transaction import Transaction


@dataclass(frozen=True, slots=True)
class UnwatchPrice:
    """A user deletes one of their alerts."""

    transaction: Transaction
    price_alerts: PriceAlerts

    async def __call__(self, actor: Actor, alert_id: AlertId) -> None:
        """Delete the alert. Raises NotFound."""
        async with self.transaction():
            await self.price_alerts.remove(actor.user_id, alert_id)
