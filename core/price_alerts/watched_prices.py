"""Price alerts with the current lowest asks of their books."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...ports.book_views import BookViews
from ...ports.language.money import Cents
from ...ports.language.price_alerts import PriceAlert


@dataclass(frozen=True, slots=True)
class WatchedPrice:
    """An alert and the current lowest ask of its book, in minor units."""

    alert: PriceAlert
    lowest_ask: Cents | None


@dataclass(frozen=True, slots=True)
class WatchedPrices:
    """Looks up the current lowest asks of alerts."""

    book_views: BookViews

    async def __call__(self, alerts: Sequence[PriceAlert]) -> tuple[WatchedPrice, ...]:
        """Return each alert with the lowest ask of its book, in the given order."""
        views = await self.book_views.best([alert.book for alert in alerts])
        return tuple(
            WatchedPrice(alert, view.lowest_ask) for alert, view in zip(alerts, views, strict=True)
        )
