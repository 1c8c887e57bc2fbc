"""One user is told of one book, and all their alerts on it rest."""

from collections.abc import Sequence

from ...ports.language.events import PriceDropped
from ...ports.language.price_alerts import PriceAlert, PriceFall
from ...ports.outbox import Outbox
from ...ports.price_alerts import PriceAlerts


async def tell(
    alerts: Sequence[PriceAlert], fall: PriceFall, price_alerts: PriceAlerts, outbox: Outbox
) -> None:
    """Have a user told whose alerts on one book fire, the lowest price first.

    It needs a transaction.
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
