"""The market figures of a product in the search index."""

from dataclasses import dataclass

from ...ports.book_views import BookViews
from ...ports.clock import Clock
from ...ports.language.catalog import Product
from ...ports.language.market import BookKey
from ...ports.language.search import MarketFigures
from ...ports.tape import TapeReader


@dataclass(frozen=True, slots=True)
class ReadFigures:
    """Reads the lowest ask for a new pair in any size, and the number of sales.

    Used pairs count as sales, but not for the lowest ask, because they are cheaper. `as_of` is
    taken before the reads, so that the figures with the later `as_of` are never the older ones.
    """

    book_views: BookViews
    tape: TapeReader
    clock: Clock

    async def __call__(self, product: Product) -> MarketFigures:
        as_of = self.clock.now()
        views = await self.book_views.best([BookKey(product.id, size) for size in product.sizes])
        asks = [view.lowest_ask for view in views if view.lowest_ask is not None]
        sales = await self.tape.count(product.id)
        return MarketFigures(min(asks, default=None), sales, as_of)
