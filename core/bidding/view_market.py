"""Somebody looks at where one size of a product stands."""

from dataclasses import dataclass

from ...ports.book_views import BookViews
from ...ports.language.analytics import Sale
from ...ports.language.ids import ProductId, UserId
from ...ports.language.market import BookView, Condition
from ...ports.language.payments import TradePreview
from ...ports.payments import TradePreviews
from ...ports.tape import Tape
from .find_book import FindBook


@dataclass(frozen=True, slots=True)
class MarketStanding:
    """Where one size of a product stands, and what trading now brings or costs."""

    best: BookView
    """The best level of each side."""
    last_sale: Sale | None
    sales: int
    """How many there were, ever."""
    preview: TradePreview


@dataclass(frozen=True, slots=True)
class ViewMarket:
    """Best prices, the last sale, and what trading at those prices means to the one who asks."""

    find_book: FindBook
    book_views: BookViews
    tape: Tape
    previews: TradePreviews

    async def __call__(
        self,
        seller_id: UserId | None,
        product_id: ProductId,
        size: str,
        condition: Condition,
    ) -> MarketStanding:
        """Return where the size stands.

        The fees are those of the user who asks; else those of level 1. Raises InvalidSize,
        NotFound, SizeNotOffered.
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
