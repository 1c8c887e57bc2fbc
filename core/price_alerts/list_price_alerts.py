"""List your price alerts."""

from dataclasses import dataclass

from ...ports.language.paging import Page, PageRequest
from ...ports.language.users import Actor
from ...ports.price_alerts import PriceAlerts
from .watched_prices import WatchedPrice, WatchedPrices


@dataclass(frozen=True, slots=True)
class ListPriceAlerts:
    """A user lists their alerts, with the current lowest asks."""

    price_alerts: PriceAlerts
    watched_prices: WatchedPrices

    async def __call__(self, actor: Actor, request: PageRequest) -> Page[WatchedPrice]:
        """Return a page of the actor's alerts, newest first."""
        page = await self.price_alerts.of_user(actor.user_id, request)
        return Page(await self.watched_prices(page.items), page.next_cursor)
