"""The port to the tape of sales."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

from .language.analytics import Candle, Interval, Sale, SalesSummary
from .language.ids import OrderId, ProductId
from .language.market import Condition, Size
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

    async def candles(
        self,
        product_id: ProductId,
        interval: Literal[Interval.HOUR, Interval.DAY],
        start: datetime,
        end: datetime,
        *,
        condition: Condition,
        size: Size | None = None,
    ) -> Sequence[Candle]:
        """Return the sales from `start` until before `end` as candles, oldest first.

        Every interval with a sale has one. Longer candles are made of these.
        """
        ...

    async def count(self, product_id: ProductId) -> int:
        """Return how many sales of a product there are."""
        ...

    async def summaries(
        self, product_id: ProductId | None = None, size: Size | None = None
    ) -> Sequence[SalesSummary]:
        """Return each book's summary: of one size of a product, of all its sizes, or of all books.

        The last sale is the latest; of one instant, that of the later order id.
        """
        ...
