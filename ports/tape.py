"""The port to the tape of sales."""

from collections.abc import Sequence
from typing import Protocol

from .language.analytics import Sale, SalesSummary
from .language.ids import OrderId, ProductId
from .language.market import Size
from .language.paging import Page, PageRequest


class Tape(Protocol):
    """Every sale once. Writes need a transaction."""

    async def record(self, sale: Sale) -> None:
        """Put a sale on the tape; one that was recorded or voided before stays as it is."""
        ...

    async def void(self, order_id: OrderId) -> None:
        """Take a sale off the tape for good, also if it is recorded only later."""
        ...

    async def sales(
        self, product_id: ProductId, request: PageRequest, size: Size | None = None
    ) -> Page[Sale]:
        """Return a page of a product's sales, newest first."""
        ...

    async def summaries(self, product_id: ProductId | None = None) -> Sequence[SalesSummary]:
        """Return each book's summary, for one product or for all."""
        ...
