"""Who waits for a price is told that the lowest ask came down to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...ports.language.events import LowestAskChanged, PriceDropped
from ...ports.language.price_alerts import PriceAlert
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
        """Let the alerts fire, in one transaction."""
        async with self.transaction():
            alerts = await self._crossed(event, _PAGE)
            while alerts:
                ids = [alert.id for alert in alerts]
                await self.price_alerts.note_drop(ids, event.changed_at)
                await self.outbox.add(*(_dropped(alert, event) for alert in alerts))
                alerts = await self._crossed(event, _PAGE, after=alerts[-1])

    async def concerns(self, event: LowestAskChanged) -> bool:
        """Return whether any alert fires: no other will, for later ones are younger."""
        return bool(await self._crossed(event, 1))

    async def _crossed(
        self, event: LowestAskChanged, limit: int, after: PriceAlert | None = None
    ) -> Sequence[PriceAlert]:
        before, lowest_ask = event.before, event.lowest_ask
        if lowest_ask is None or (before is not None and before <= lowest_ask):
            return ()
        return await self.price_alerts.in_range(
            event.book,
            at_least=lowest_ask,
            below=before,
            made_by=event.changed_at,
            limit=limit,
            after=after,
        )


def _dropped(alert: PriceAlert, event: LowestAskChanged) -> PriceDropped:
    assert event.lowest_ask is not None, event
    return PriceDropped(
        alert_id=alert.id,
        user_id=alert.user_id,
        book=alert.book,
        wanted=alert.price,
        lowest_ask=event.lowest_ask,
        dropped_at=event.changed_at,
    )
