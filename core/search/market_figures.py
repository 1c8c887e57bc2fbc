"""The market of a product in the figures that it is searched by."""

from dataclasses import dataclass

from ...ports.book_views import BookViews
from ...ports.clock import Clock
from ...ports.language.catalog import Product
from ...ports.language.market import BookKey
from ...ports.language.search import MarketFigures
from ...ports.tape import Tape


@dataclass(frozen=True, slots=True)
class ReadFigures:
    """The lowest ask for a new pair in any of the product's sizes, and how many were sold.

    A used pair is cheaper and another thing, so it makes no price; as a sale it counts. The
    instant is taken before anything is read: who reads later has a later one and knows more.
    """

    book_views: BookViews
    tape: Tape
    clock: Clock

    async def __call__(self, product: Product) -> MarketFigures:
        as_of = self.clock.now()
        views = await self.book_views.best([BookKey(product.id, size) for size in product.sizes])
        asks = [view.lowest_ask for view in views if view.lowest_ask is not None]
        sales = await self.tape.count(product.id)
        return MarketFigures(min(asks, default=None), sales, as_of)
