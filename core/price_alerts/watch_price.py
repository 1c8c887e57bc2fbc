"""Create a price alert."""

from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.errors import TooManyAlerts
from ...ports.language.ids import AlertId, ProductId
from ...ports.language.market import Condition
from ...ports.language.money import Cents
from ...ports.language.price_alerts import PriceAlert
from ...ports.language.rules import MarketRules
from ...ports.language.users import Actor
from ...ports.price_alerts import PriceAlerts
from ...ports.products import Products
from ...ports.transaction import Transaction
from ...ports.users import Users, open_user


@dataclass(frozen=True, slots=True)
class WatchPrice:
    """A user asks to be told when a book's lowest ask falls to a price or below it.

    The price must be valid for an ask. The number of alerts per user is limited, with one alert for
    each book and price. The alert does not fire for a lowest ask that is already low enough.
    """

    transaction: Transaction
    users: Users
    price_alerts: PriceAlerts
    products: Products
    clock: Clock
    ids: Ids
    rules: MarketRules

    async def __call__(
        self,
        actor: Actor,
        *,
        product_id: ProductId,
        size: str,
        price: Cents,
        condition: Condition = Condition.NEW,
    ) -> PriceAlert:
        """Return the new alert.

        Raises OutOfRange, OutsideTick, NotFound (product), InvalidSize, SizeNotOffered,
        TooManyAlerts, AlertExists, AccountClosed.
        """
        self.rules.check_amount(price, field="price")
        product = await self.products.get(product_id)
        book = product.book(size, condition)
        async with self.transaction():
            await open_user(self.users, actor.user_id)
            limit = self.rules.max_price_alerts
            if await self.price_alerts.lock(actor.user_id) >= limit:
                raise TooManyAlerts(limit=limit)
            alert = PriceAlert(
                id=AlertId(self.ids.new()),
                user_id=actor.user_id,
                book=book,
                price=price,
                # Read the clock inside the transaction: no later change has been reported yet.
                created_at=self.clock.now(),
            )
            await self.price_alerts.add(alert)
        return alert
