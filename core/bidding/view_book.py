"""View an order book."""

from dataclasses import dataclass

from ...ports.book_views import BookViews
from ...ports.language.ids import ProductId
from ...ports.language.market import BookView, Condition
from .find_book import FindBook


@dataclass(frozen=True, slots=True)
class ViewBook:
    """Shows how many quotes rest at each price. Their owners stay anonymous."""

    find_book: FindBook
    book_views: BookViews

    async def __call__(
        self, product_id: ProductId, size: str, condition: Condition, *, depth: int
    ) -> BookView:
        """Return up to `depth` price levels of each side, best first.

        Raises InvalidSize, NotFound, SizeNotOffered.
        """
        book = await self.find_book(product_id, size, condition)
        return await self.book_views.get(book, depth)
