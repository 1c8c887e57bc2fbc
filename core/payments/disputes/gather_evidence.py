"""Gather the evidence for a dispute."""

from dataclasses import dataclass

from ....ports.authentication_tasks import AuthenticationTasks
from ....ports.language.currencies import Currency
from ....ports.language.disputes import Evidence
from ....ports.language.ids import OrderId
from ....ports.orders import Destinations, Orders
from ....ports.products import Products
from ....ports.review_photos import ReviewPhotos
from ....ports.users import Users
from .compose_evidence import TradeFacts, compose_evidence


@dataclass(frozen=True, slots=True)
class GatherEvidence:
    """Reads what the exchange has of a trade, for the bank."""

    orders: Orders
    destinations: Destinations
    products: Products
    tasks: AuthenticationTasks
    review_photos: ReviewPhotos
    users: Users
    currency: Currency

    async def __call__(self, order_id: OrderId | None, remark: str) -> Evidence:
        """Return the evidence; of a charge for no known order it is the remark alone."""
        if order_id is None:
            return Evidence(text=remark)
        order = await self.orders.get(order_id)
        facts = TradeFacts(
            order=order,
            history=tuple(await self.orders.history(order_id)),
            product=await self.products.get(order.book.product_id),
            task=await self.tasks.find_by_order(order_id),
            photos=len(await self.review_photos.of_order(order_id)),
            buyer=await self.users.get(order.buyer_id),
            destination=await self.destinations.find(order_id),
        )
        return compose_evidence(facts, self.currency, remark)
