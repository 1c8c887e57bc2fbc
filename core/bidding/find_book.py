"""Finds the book that a quote is for."""

from ...ports.language.errors import SizeNotOffered
from ...ports.language.ids import ProductId
from ...ports.language.market import BookKey, Condition, parse_size
from ...ports.products import Products


async def find_book(
    products: Products, product_id: ProductId, size: str, condition: Condition
) -> BookKey:
    """Return the product's book. Raises NotFound, InvalidSize, SizeNotOffered."""
    parsed = parse_size(size)
    product = await products.get(product_id)
    if parsed not in product.sizes:
        raise SizeNotOffered(size=size, offered=product.sizes)
    return BookKey(product_id, parsed, condition)
