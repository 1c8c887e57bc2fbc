"""Index a product that was created or changed."""

from dataclasses import dataclass

from ...ports.language.errors import Unavailable
from ...ports.language.events import ProductChanged
from ...ports.products import Products
from ...ports.search_index import SearchIndex
from .documents import document_of
from .market_figures import ReadFigures


@dataclass(frozen=True, slots=True)
class IndexProduct:
    """Indexes the current version of a product, which may be newer than the event's.

    A duplicate or late event therefore changes nothing. `products` must bypass the cache, which may
    have a stale version.
    """

    products: Products
    search_index: SearchIndex
    read_figures: ReadFigures

    async def __call__(self, event: ProductChanged) -> None:
        """Index the product. Raises Unavailable, also while the event's version cannot be read."""
        async with self.search_index.writing(event.product_id):
            product = await self.products.get(event.product_id)
            if product.version < event.version:
                raise Unavailable(what="the product's latest version")
            await self.search_index.put(document_of(product))
            await self.search_index.put_figures(product.id, await self.read_figures(product))
