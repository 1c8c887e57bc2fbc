"""A trade changes what a product is searched by."""

from dataclasses import dataclass

from ...ports.language.events import OrderAuthFailed, OrderCancelled, OrderCreated
from ...ports.orders import Orders
from ...ports.products import Products
from ...ports.search_index import SearchIndex
from .market_figures import ReadFigures


@dataclass(frozen=True, slots=True)
class UpdateFigures:
    """When a sale is made or comes to nothing, the product's lowest ask and sales are read anew.

    They are read and not counted along, so an event that comes twice or late does no harm. The
    price follows with these events: an ask that is placed, repriced or cancelled without a trade
    shows in the index with the product's next one, or with the next rebuild. Raises Unavailable.
    """

    orders: Orders
    products: Products
    search_index: SearchIndex
    read_figures: ReadFigures

    async def __call__(self, event: OrderCreated | OrderCancelled | OrderAuthFailed) -> None:
        if isinstance(event, OrderAuthFailed):
            product_id = (await self.orders.get(event.order_id)).book.product_id
        else:
            product_id = event.book.product_id
        product = await self.products.get(product_id)
        await self.search_index.put_figures(product_id, await self.read_figures(product))
