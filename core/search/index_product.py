"""A product that was created or changed can be found."""

from dataclasses import dataclass

from ...ports.language.errors import Unavailable
from ...ports.language.events import ProductChanged
from ...ports.products import Products
from ...ports.search_index import SearchIndex
from .documents import document_of
from .market_figures import ReadFigures


@dataclass(frozen=True, slots=True)
class IndexProduct:
    """The index is told of the product as it is now, which may be later than the event.

    So the second of two events, or one that is late, changes nothing.
    """

    products: Products
    search_index: SearchIndex
    read_figures: ReadFigures

    async def __call__(self, event: ProductChanged) -> None:
        """Index the product. Raises Unavailable, also while its change cannot be read yet."""
        product = await self.products.get(event.product_id)
        if product.version < event.version:
            raise Unavailable(what="the product's latest version")
        await self.search_index.put(document_of(product))
        await self.search_index.put_figures(product.id, await self.read_figures(product))
