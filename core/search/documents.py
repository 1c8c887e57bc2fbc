"""The search document of a product."""

from ...ports.language.catalog import Product
from ...ports.language.search import SearchDocument


def document_of(product: Product) -> SearchDocument:
    """Return the document that the search index stores for a product."""
    return SearchDocument(
        product_id=product.id,
        version=product.version,
        style_code=product.style_code,
        brand=product.brand,
        model=product.model,
        colorway=product.colorway,
        retail_price=product.retail_price,
        release_date=product.release_date,
        sizes=product.sizes,
    )
