"""List the products of the catalogue."""

from dataclasses import dataclass

from ...ports.language.catalog import Product
from ...ports.language.paging import Page, PageRequest
from ...ports.products import Products


@dataclass(frozen=True, slots=True)
class ListProducts:
    """Anybody may list the products, without signing in."""

    products: Products

    async def __call__(self, request: PageRequest) -> Page[Product]:
        """Return a page of products, newest first."""
        return await self.products.page(request)
