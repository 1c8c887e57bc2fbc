"""Fire price alerts that missed a fall while they rested, if the price still stands."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from ...ports.book_views import BookViews
from ...ports.clock import Clock
from ...ports.language.money import Cents
from ...ports.language.price_alerts import PriceAlert, PriceFall
from ...ports.language.rules import MarketRules
from ...ports.outbox import Outbox
from ...ports.price_alerts import PriceAlerts
from ...ports.transaction import Transaction
from .firing import fire

_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class ReportMissedDrops:
    """Fires the alerts that missed a fall, once their rest is over.

    The current lowest ask decides. An alert fires once if that ask is at or below its price, and
    lower than the ask it last fired at. Otherwise the missed fall is forgotten.
    """

    transaction: Transaction
    price_alerts: PriceAlerts
    book_views: BookViews
    outbox: Outbox
    clock: Clock
    rules: MarketRules

    async def __call__(self) -> int:
        """Process a bounded number of alerts and return how many."""
        now = self.clock.now()
        told_by = now - self.rules.price_alert_pause
        if not await self.price_alerts.missed(told_by, 1):
            return 0
        async with self.transaction():
            missed = await self.price_alerts.missed(told_by, _AT_ONCE)
            await self.price_alerts.note_missed([alert.id for alert in missed], missed=False)
            of_user_and_book = defaultdict(list)
            for alert in missed:
                of_user_and_book[alert.user_id, alert.book].append(alert)
            views = await self.book_views.best([book for _, book in of_user_and_book])
            for alerts, view in zip(of_user_and_book.values(), views, strict=True):
                if view.lowest_ask is not None:
                    await self._fire(alerts, view.lowest_ask, now)
        return len(missed)

    async def _fire(self, alerts: list[PriceAlert], lowest_ask: Cents, now: datetime) -> None:
        fall = PriceFall(
            book=alerts[0].book,
            before=None,
            lowest_ask=lowest_ask,
            at=now,
            pause=self.rules.price_alert_pause,
            memory=self.rules.price_alert_memory,
        )
        concerned = [alert for alert in alerts if fall.concerns(alert)]
        if concerned:
            await fire(concerned, fall, self.price_alerts, self.outbox)
