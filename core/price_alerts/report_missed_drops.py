"""Who was told of a price not long ago is told of a lower one, if it still stands after a while."""

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
from .telling import tell

_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class ReportMissedDrops:
    """What alerts missed while they rested is made up for when the rest is over.

    The lowest ask of that moment decides: if it is at an alert's price or below, and lower than
    what the alert fired at, its user is told once. Otherwise there is nothing to tell any more.
    """

    transaction: Transaction
    price_alerts: PriceAlerts
    book_views: BookViews
    outbox: Outbox
    clock: Clock
    rules: MarketRules

    async def __call__(self) -> int:
        """See to a bounded number of alerts and return how many there were."""
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
                    await self._make_up(alerts, view.lowest_ask, now)
        return len(missed)

    async def _make_up(self, alerts: list[PriceAlert], lowest_ask: Cents, now: datetime) -> None:
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
            await tell(concerned, fall, self.price_alerts, self.outbox)
