"""Who waits for a price is told that the lowest ask came down to it."""

from dataclasses import dataclass
from itertools import groupby

from ...ports.language.events import LowestAskChanged
from ...ports.language.price_alerts import PriceFall
from ...ports.language.rules import MarketRules
from ...ports.outbox import Outbox
from ...ports.price_alerts import PriceAlerts
from ...ports.transaction import Transaction
from .telling import tell

_USERS = 50
"""The alerts of how many users fire in one transaction."""


@dataclass(frozen=True, slots=True)
class ReportDrops:
    """An alert fires when the lowest ask crosses its price on the way down.

    Crossed are the prices from the new lowest ask up to the one before it, or all above where
    there was none; younger alerts than the change do not count. When one has fired, all its user's
    alerts on the book rest for `price_alert_pause`, and for `price_alert_memory` it fires again
    only at a lower price. What rests is noted to have missed a fall. A user's alerts on one book
    that fire together are one event, with the lowest of their prices.

    What was told is noted on the alerts, so the same change may come again, late, or before
    others. A crossing that concerns thousands is not one transaction: others write in between.
    """

    transaction: Transaction
    price_alerts: PriceAlerts
    outbox: Outbox
    rules: MarketRules

    async def __call__(self, event: LowestAskChanged) -> None:
        """Let the alerts fire, some users at a time."""
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
        # Most changes concern nobody, so a transaction is begun only where one does.
        while await self.price_alerts.concerned_by(fall, users=1):
            await self._tell_some(fall)

    async def _tell_some(self, fall: PriceFall) -> None:
        async with self.transaction():
            concerned = await self.price_alerts.concerned_by(fall, users=_USERS)
            for _, of_user in groupby(concerned, key=lambda alert: alert.user_id):
                alerts = list(of_user)
                if any(map(fall.has_rested, alerts)):
                    await tell(alerts, fall, self.price_alerts, self.outbox)
                else:
                    ids = [alert.id for alert in alerts]
                    await self.price_alerts.note_missed(ids, missed=True)
