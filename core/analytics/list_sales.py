"""List the sales of a product."""

from dataclasses import dataclass

from ...ports.language.analytics import Sale
from ...ports.language.ids import ProductId
from ...ports.language.paging import Page, PageRequest
from ...ports.tape import TapeReader
from .known_sizes import KnownSizes


@dataclass(frozen=True, slots=True)
class ListSales:
    """Lists the sales of a product, or of one size, without voided sales."""

    known_sizes: KnownSizes
    tape: TapeReader

    async def __call__(
        self, product_id: ProductId, request: PageRequest, size: str | None = None
    ) -> Page[Sale]:
        """Return a page of sales, newest first. Raises InvalidSize, NotFound, SizeNotOffered."""
        product, only = await self.known_sizes.find(product_id, size)
        return await self.tape.sales(product.id, request, only)
