"""View the stock of a product."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...ports.language.catalog import StockLevel
from ...ports.language.ids import ProductId
from ...ports.products import Products
from ...ports.stock import Stock


@dataclass(frozen=True, slots=True)
class ViewStock:
    """Anybody may see how many pairs are for sale and how many are reserved."""

    products: Products
    stock: Stock

    async def __call__(self, product_id: ProductId) -> Sequence[StockLevel]:
        """Return the stock level of each size in stock, sorted by the size's text.

        Raises NotFound.
        """
        await self.products.get(product_id)
        return await self.stock.levels(product_id)
