"""Fire price alerts when a lowest ask falls."""

from dataclasses import dataclass
from itertools import groupby

from ...ports.language.events import LowestAskChanged
from ...ports.language.price_alerts import PriceFall
from ...ports.language.rules import MarketRules
from ...ports.outbox import Outbox
from ...ports.price_alerts import PriceAlerts
from ...ports.transaction import Transaction
from .firing import fire

_USERS = 50
"""The number of users whose alerts fire in one transaction."""


@dataclass(frozen=True, slots=True)
class ReportDrops:
    """Fires the alerts whose price the lowest ask crosses on its way down.

    A fall crosses the prices from the new lowest ask up to the previous one (exclusive), or every
    higher price if the book had no ask. Alerts created after the change do not fire.

    After an alert fires, all alerts of its user on the book rest for `price_alert_pause`. For
    `price_alert_memory` the alert fires again only at a lower price. A resting alert is marked as
    having missed a fall. If several alerts of a user on one book fire together, they emit one
    event, with the lowest of their prices.

    Each alert stores the last fall that it fired at, so duplicate, late and reordered changes are
    safe. A fall that affects thousands of users takes several transactions, so that other writers
    get a turn.
    """

    transaction: Transaction
    price_alerts: PriceAlerts
    outbox: Outbox
    rules: MarketRules

    async def __call__(self, event: LowestAskChanged) -> None:
        """Fire the alerts, in batches of users."""
        before, lowest_ask = event.before, event.lowest_ask
        if lowest_ask is None or (before is not None and before <= lowest_ask):
            return
        fall = PriceFall(
            book=event.book,
            before=before,
            lowest_ask=lowest_ask,
            at=event.changed_at,
            pause=self.rules.price_alert_pause,
            memory=self.rules.price_alert_memory,
        )
        # Most changes concern no alert. Check first, because a transaction is more expensive.
        while await self.price_alerts.concerned_by(fall, users=1):
            await self._fire_batch(fall)

    async def _fire_batch(self, fall: PriceFall) -> None:
        async with self.transaction():
            concerned = await self.price_alerts.concerned_by(fall, users=_USERS)
            for _, of_user in groupby(concerned, key=lambda alert: alert.user_id):
                alerts = list(of_user)
                if any(map(fall.has_rested, alerts)):
                    await fire(alerts, fall, self.price_alerts, self.outbox)
                else:
                    ids = [alert.id for alert in alerts]
                    await self.price_alerts.note_missed(ids, missed=True)
