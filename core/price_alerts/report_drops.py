"""Who waits for a price is told that the lowest ask came down to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from ...ports.language.events import LowestAskChanged, PriceDropped
from ...ports.language.price_alerts import PriceAlert, PriceFall
from ...ports.language.rules import MarketRules
from ...ports.outbox import Outbox
from ...ports.price_alerts import PriceAlerts
from ...ports.transaction import Transaction

_USERS = 50
"""The alerts of how many users fire in one transaction."""


@dataclass(frozen=True, slots=True)
class ReportDrops:
    """An alert fires when the lowest ask crosses its price on the way down.

    Crossed are the prices from the new lowest ask up to the one before it, or all above where
    there was none; younger alerts than the change do not count. An alert that has fired rests for
    `price_alert_pause`, and for `price_alert_memory` it fires again only at a lower price. What
    it missed meanwhile is not made up for. A user's alerts on one book that fire together are one
    event, with the lowest of their prices.

    What has fired is noted on the alert, so the same change may come again, late, or before
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
        while await self.price_alerts.fired_by(fall, users=1):
            await self._fire(fall)

    async def _fire(self, fall: PriceFall) -> None:
        async with self.transaction():
            fired = await self.price_alerts.fired_by(fall, users=_USERS)
            ids = [alert.id for alert in fired]
            await self.price_alerts.note_drop(ids, fall.at, fall.lowest_ask)
            of_users = groupby(fired, key=lambda alert: alert.user_id)
            await self.outbox.add(*(_dropped(list(of_user), fall) for _, of_user in of_users))


def _dropped(alerts: Sequence[PriceAlert], fall: PriceFall) -> PriceDropped:
    """Return what one user is told, whose alerts come with the lowest price first."""
    lowest = alerts[0]
    return PriceDropped(
        alert_id=lowest.id,
        user_id=lowest.user_id,
        book=lowest.book,
        wanted=lowest.price,
        lowest_ask=fall.lowest_ask,
        dropped_at=fall.at,
    )
