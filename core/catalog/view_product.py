"""View a product."""

from dataclasses import dataclass

from ...ports.language.catalog import Product
from ...ports.language.ids import ProductId
from ...ports.products import Products


@dataclass(frozen=True, slots=True)
class ViewProduct:
    """Anybody may view a product, without signing in."""

    products: Products

    async def __call__(self, product_id: ProductId) -> Product:
        """Return the product. Raises NotFound."""
        return await self.products.get(product_id)
