"""A price that is watched, beside where the market stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...ports.book_views import BookViews
from ...ports.language.money import Cents
from ...ports.language.price_alerts import PriceAlert


@dataclass(frozen=True, slots=True)
class WatchedPrice:
    """An alert and the lowest ask of its book at this moment, in cents."""

    alert: PriceAlert
    lowest_ask: Cents | None


@dataclass(frozen=True, slots=True)
class WatchedPrices:
    """Puts alerts beside the lowest asks of this moment."""

    book_views: BookViews

    async def __call__(self, alerts: Sequence[PriceAlert]) -> tuple[WatchedPrice, ...]:
        """Return each alert with the lowest ask of its book, in their order."""
        views = await self.book_views.best([alert.book for alert in alerts])
        return tuple(
            WatchedPrice(alert, view.lowest_ask) for alert, view in zip(alerts, views, strict=True)
        )
