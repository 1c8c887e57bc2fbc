"""The port to the stored catalogue."""

from collections.abc import Collection, Mapping
from typing import Protocol

from .language.catalog import DoubledProduct, Product
from .language.ids import ProductId
from .language.paging import Page, PageRequest


class Products(Protocol):
    """The catalogue. Writes need a transaction.

    Style keys are unique, except for duplicates from before that rule.
    """

    async def add(self, product: Product) -> None:
        """Store a new product. Raises StyleCodeTaken."""
        ...

    async def save(self, product: Product) -> None:
        """Replace version `product.version - 1`. Raises NotFound, Outdated, StyleCodeTaken."""
        ...

    async def get(self, product_id: ProductId) -> Product:
        """Return the product with its sizes and images. Raises NotFound."""
        ...

    async def look_up(self, product_ids: Collection[ProductId]) -> Mapping[ProductId, Product]:
        """Return products with their sizes and images. Raises NotFound."""
        ...

    async def styled(self, style_keys: Collection[str]) -> Mapping[str, Product]:
        """Return the products among these by the letters and digits of their style codes."""
        ...

    async def page(self, request: PageRequest) -> Page[Product]:
        """Return a page of the catalogue, newest first."""
        ...

    async def doubled(self, request: PageRequest) -> Page[DoubledProduct]:
        """Return a page of the products with the style code of an earlier one, newest first."""
        ...
