"""The products that the rows of a list name."""

from collections.abc import Iterable, Mapping

from ...composition.application import Application
from ...ports.language.catalog import Product
from ...ports.language.ids import ProductId


async def listed_products(
    application: Application, ids: Iterable[ProductId]
) -> Mapping[ProductId, Product]:
    """Return each of these products once, by its id. They come from the cache of products."""
    return {id_: await application.catalog.view_product(id_) for id_ in set(ids)}
