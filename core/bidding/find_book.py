"""Find a book by product, size and condition."""

from dataclasses import dataclass

from ...ports.book_views import BookViews
from ...ports.language.errors import SizeNotOffered
from ...ports.language.ids import ProductId
from ...ports.language.market import BookKey, Condition, parse_size
from ...ports.products import Products


@dataclass(frozen=True, slots=True)
class FindBook:
    """Finds the book that a caller wants to view or follow.

    The product must be offered in the size. If the size was removed from the product, its book can
    be found while quotes rest in it. For any other size there is no book, not even an empty one.
    """

    products: Products
    book_views: BookViews

    async def __call__(self, product_id: ProductId, size: str, condition: Condition) -> BookKey:
        """Return the book. Raises InvalidSize, NotFound, SizeNotOffered."""
        parsed = parse_size(size)
        product = await self.products.get(product_id)
        book = BookKey(product.id, parsed, condition)
        if parsed not in product.sizes:
            [view] = await self.book_views.best([book])
            if not (view.bids or view.asks):
                raise SizeNotOffered(size=parsed, offered=product.sizes)
        return book
