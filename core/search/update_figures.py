"""The market changes what a product is searched by."""

from dataclasses import dataclass

from ...ports.language.events import (
    LowestAskChanged,
    OrderAuthFailed,
    OrderCancelled,
    OrderCreated,
    OrderRefundGranted,
)
from ...ports.language.market import Condition
from ...ports.language.money import Cents
from ...ports.orders import Orders
from ...ports.products import Products
from ...ports.search_index import SearchIndex
from .market_figures import ReadFigures


@dataclass(frozen=True, slots=True)
class UpdateFigures:
    """The product's lowest ask and sales are read anew when a sale is made or comes to nothing,
    and when the lowest ask changed in one of its books for new pairs.

    They are read and not counted along, so an event that comes twice or late does no harm. A
    change above the product's lowest ask in another size is none of the index.
    """

    orders: Orders
    products: Products
    search_index: SearchIndex
    read_figures: ReadFigures

    async def __call__(
        self,
        event: OrderCreated
        | OrderCancelled
        | OrderAuthFailed
        | OrderRefundGranted
        | LowestAskChanged,
    ) -> None:
        """Update the figures of the event's product. Raises Unavailable."""
        if isinstance(event, OrderAuthFailed | OrderRefundGranted):
            book = (await self.orders.get(event.order_id)).book
        else:
            book = event.book
        product = await self.products.get(book.product_id)
        figures = await self.read_figures(product)
        if isinstance(event, LowestAskChanged) and not _moves(event, figures.lowest_ask):
            return
        await self.search_index.put_figures(product.id, figures)


def _moves(event: LowestAskChanged, lowest_ask: Cents | None) -> bool:
    """Return whether a product whose lowest ask is `lowest_ask` by now may have it of this change.

    If not, it is another book's, which tells of its own changes.
    """
    if event.book.condition is not Condition.NEW:
        return False
    prices = [price for price in (event.before, event.lowest_ask) if price is not None]
    return lowest_ask is None or min(prices) <= lowest_ask
