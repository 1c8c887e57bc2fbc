"""Which sizes of a product may be asked about: a size that it does not have is no empty book."""

from uuid import UUID

from ....composition.application import Application
from ....ports.language.catalog import Product
from ....ports.language.errors import SizeNotOffered
from ....ports.language.ids import ProductId
from ....ports.language.market import BookKey, Condition, Size, parse_size


async def followed_book(
    application: Application, product_id: UUID, size: str, condition: Condition
) -> BookKey:
    """Return a book that may be looked at and followed.

    The product is made in the size, or quotes still rest in the book of one that was taken away.
    Raises InvalidSize, NotFound, SizeNotOffered.
    """
    parsed = parse_size(size)
    product = await application.adapters.store.products.get(ProductId(product_id))
    book = BookKey(product.id, parsed, condition)
    if parsed not in product.sizes and not await _holds_quotes(application, book):
        raise _not_offered(product, parsed)
    return book


async def known_size(application: Application, product_id: UUID, size: str | None) -> Size | None:
    """Return a size whose sales may be looked at, or None for all of them.

    The product is made in it, or was sold in it, or quotes still rest in one of its books. Raises
    InvalidSize, NotFound, SizeNotOffered.
    """
    parsed = None if size is None else parse_size(size)
    store = application.adapters.store
    product = await store.products.get(ProductId(product_id))
    if parsed is None or parsed in product.sizes:
        return parsed
    books = [BookKey(product.id, parsed, condition) for condition in Condition]
    if await store.tape.summaries(product.id, parsed) or await _holds_quotes(application, *books):
        return parsed
    raise _not_offered(product, parsed)


async def _holds_quotes(application: Application, *books: BookKey) -> bool:
    views = await application.adapters.book_views.best([*books])
    return any(view.bids or view.asks for view in views)


def _not_offered(product: Product, size: Size) -> SizeNotOffered:
    return SizeNotOffered(size=size, offered=product.sizes)
