"""The sizes of a product for which market data may be requested."""

from dataclasses import dataclass

from ...ports.book_views import BookViews
from ...ports.language.catalog import Product
from ...ports.language.errors import SizeNotOffered
from ...ports.language.ids import ProductId
from ...ports.language.market import BookKey, Condition, Size, parse_size
from ...ports.products import Products
from ...ports.tape import TapeReader


@dataclass(frozen=True, slots=True)
class KnownSizes:
    """Finds a product and checks a size: it must be offered, have sales or have resting quotes.

    Any other size is refused, so that a typo does not look like a market without sales.
    """

    products: Products
    tape: TapeReader
    book_views: BookViews

    async def find(self, product_id: ProductId, size: str | None) -> tuple[Product, Size | None]:
        """Return the product and the parsed size, or None for all sizes.

        Raises InvalidSize, NotFound, SizeNotOffered.
        """
        parsed = None if size is None else parse_size(size)
        product = await self.products.get(product_id)
        if parsed is not None and not await self._is_known(product, parsed):
            raise SizeNotOffered(size=parsed, offered=product.sizes)
        return product, parsed

    async def _is_known(self, product: Product, size: Size) -> bool:
        if size in product.sizes or await self.tape.summaries(product.id, size):
            return True
        books = [BookKey(product.id, size, condition) for condition in Condition]
        return any(view.bids or view.asks for view in await self.book_views.best(books))
