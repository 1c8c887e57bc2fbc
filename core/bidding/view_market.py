"""View the market of one size of a product."""

from dataclasses import dataclass

from ...ports.book_views import BookViews
from ...ports.language.analytics import Sale
from ...ports.language.ids import ProductId, UserId
from ...ports.language.market import BookView, Condition
from ...ports.language.payments import TradePreview
from ...ports.payments import TradePreviews
from ...ports.tape import TapeReader
from .find_book import FindBook


@dataclass(frozen=True, slots=True)
class MarketStanding:
    """Best prices, last sale and trade preview for one size of a product."""

    best: BookView
    """The best level of each side."""
    last_sale: Sale | None
    sales: int
    """The number of all sales so far."""
    preview: TradePreview


@dataclass(frozen=True, slots=True)
class ViewMarket:
    """Shows best prices, the last sale, and what the caller would pay or get at those prices."""

    find_book: FindBook
    book_views: BookViews
    tape: TapeReader
    previews: TradePreviews

    async def __call__(
        self,
        seller_id: UserId | None,
        product_id: ProductId,
        size: str,
        condition: Condition,
    ) -> MarketStanding:
        """Return the market of the size, to anyone.

        Fees depend on the seller level of the caller, or are those of level 1 without a
        `seller_id`. Raises InvalidSize, NotFound, SizeNotOffered.
        """
        book = await self.find_book(product_id, size, condition)
        [best] = await self.book_views.best([book])
        summaries = await self.tape.summaries(book.product_id, book.size)
        summary = next((summary for summary in summaries if summary.book == book), None)
        return MarketStanding(
            best=best,
            last_sale=summary.last if summary else None,
            sales=summary.sales if summary else 0,
            preview=await self.previews(seller_id, best),
        )
