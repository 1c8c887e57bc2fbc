"""Showing a product as it is now."""

from dataclasses import dataclass

from ...ports.cache import Cache
from ...ports.language.catalog import Product
from ...ports.language.events import ProductChanged
from ...ports.language.ids import ProductId


@dataclass(frozen=True, slots=True)
class RefreshProduct:
    """Once a product has changed, nobody is shown it as it was.

    Whoever changes a product through the store sees to that already. This is for the rest: a commit
    that took effect although it was reported as failed, and what another process changed.
    """

    product_cache: Cache[ProductId, Product]

    async def __call__(self, event: ProductChanged) -> None:
        self.product_cache.forget(event.product_id)
