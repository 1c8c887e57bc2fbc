"""Fire a user's alerts on one book."""

from collections.abc import Sequence

from ...ports.language.events import PriceDropped
from ...ports.language.price_alerts import PriceAlert, PriceFall
from ...ports.outbox import Outbox
from ...ports.price_alerts import PriceAlerts


async def fire(
    alerts: Sequence[PriceAlert], fall: PriceFall, price_alerts: PriceAlerts, outbox: Outbox
) -> None:
    """Emit one event for a user's alerts on one book and let the alerts rest.

    `alerts` are sorted by price, lowest first. It needs a transaction.
    """
    lowest = alerts[0]
    await price_alerts.note_told(lowest.user_id, lowest.book, fall.at, fall.lowest_ask)
    await outbox.add(
        PriceDropped(
            alert_id=lowest.id,
            user_id=lowest.user_id,
            book=lowest.book,
            wanted=lowest.price,
            lowest_ask=fall.lowest_ask,
            dropped_at=fall.at,
        )
    )
