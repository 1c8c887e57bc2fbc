"""Who waits for a price is told that the lowest ask came down to it."""

from dataclasses import dataclass

from ...ports.language.events import LowestAskChanged, PriceDropped
from ...ports.outbox import Outbox
from ...ports.price_alerts import PriceAlerts
from ...ports.transaction import Transaction

_PAGE = 100
"""How many alerts are reported at a time."""


@dataclass(frozen=True, slots=True)
class ReportDrops:
    """Every alert whose price the lowest ask crossed on its way down fires, once a crossing.

    Crossed are the prices from the new lowest ask up to the one before it, or all above where
    there was none; younger alerts than the change do not count. This needs one event and nothing
    remembered, so it may come late or before others. An alert fires until its owner deletes it.
    """

    transaction: Transaction
    price_alerts: PriceAlerts
    outbox: Outbox

    async def __call__(self, event: LowestAskChanged) -> None:
        lowest_ask, at = event.lowest_ask, event.changed_at
        if lowest_ask is None or (event.before is not None and event.before <= lowest_ask):
            return
        async with self.transaction():
            last = None
            while alerts := await self.price_alerts.in_range(
                event.book,
                at_least=lowest_ask,
                below=event.before,
                made_by=at,
                limit=_PAGE,
                after=last,
            ):
                await self.price_alerts.note_drop([alert.id for alert in alerts], at)
                await self.outbox.add(
                    *(
                        PriceDropped(a.id, a.user_id, a.book, a.price, lowest_ask, dropped_at=at)
                        for a in alerts
                    )
                )
                last = alerts[-1]
