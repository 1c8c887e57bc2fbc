"""Somebody names a book that they want to look at or follow."""

from dataclasses import dataclass

from ...ports.book_views import BookViews
from ...ports.language.errors import SizeNotOffered
from ...ports.language.ids import ProductId
from ...ports.language.market import BookKey, Condition, parse_size
from ...ports.products import Products


@dataclass(frozen=True, slots=True)
class FindBook:
    """A book may be looked at if the product is made in its size.

    So may the book of a size that was taken away, as long as quotes rest in it. The book of any
    other size is no empty book: there is none.
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
