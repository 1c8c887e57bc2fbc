"""A user looks at the prices that they watch."""

from dataclasses import dataclass

from ...ports.language.paging import Page, PageRequest
from ...ports.language.users import Actor
from ...ports.price_alerts import PriceAlerts
from .watched_prices import WatchedPrice, WatchedPrices


@dataclass(frozen=True, slots=True)
class ListPriceAlerts:
    """A user sees their own alerts, and where the market stands."""

    price_alerts: PriceAlerts
    watched_prices: WatchedPrices

    async def __call__(self, actor: Actor, request: PageRequest) -> Page[WatchedPrice]:
        """Return a page of the actor's own alerts, newest first."""
        page = await self.price_alerts.of_user(actor.user_id, request)
        return Page(await self.watched_prices(page.items), page.next_cursor)
