"""The port to the tape of sales."""

from collections.abc import Collection, Sequence, Set
from typing import Protocol

from .language.analytics import Sale, SalesSummary
from .language.ids import OrderId, ProductId
from .language.market import Size
from .language.paging import Page, PageRequest


class TapeReader(Protocol):
    """What the tape shows."""

    async def sales(
        self, product_id: ProductId, request: PageRequest, size: Size | None = None
    ) -> Page[Sale]:
        """Return a page of a product's sales, newest first."""
        ...

    async def count(self, product_id: ProductId) -> int:
        """Return the number of sales of a product."""
        ...

    async def summaries(
        self, product_id: ProductId | None = None, size: Size | None = None
    ) -> Sequence[SalesSummary]:
        """Return a summary per book: for one size of a product, all its sizes, or all books.

        Its last sale is the latest one. If two have the same time, it is the one that was recorded
        later.
        """
        ...


class Tape(TapeReader, Protocol):
    """All sales, each once. Writes need a transaction."""

    async def record(self, *sales: Sale) -> None:
        """Add sales to the tape. One that was recorded or voided before does not change.

        The tape numbers those of a product with the same time as they arrive, in one call by the
        ids of their orders.
        """
        ...

    async def known(self, order_ids: Collection[OrderId]) -> Set[OrderId]:
        """Return those among the sales that were recorded or voided."""
        ...

    async def void(self, order_id: OrderId) -> None:
        """Remove a sale from the tape permanently, even if it is recorded later."""
        ...
