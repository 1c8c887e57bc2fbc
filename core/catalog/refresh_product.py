"""Evict a changed product from the cache."""

from dataclasses import dataclass

from ...ports.cache import Cache
from ...ports.language.catalog import Product
from ...ports.language.events import ProductChanged
from ...ports.language.ids import ProductId


@dataclass(frozen=True, slots=True)
class RefreshProduct:
    """Evicts a changed product from the cache, so that no stale product is shown.

    A change made through this process's store evicts it already. This handler covers two other
    cases: a commit that took effect although it was reported as failed, and a change by another
    process.
    """

    product_cache: Cache[ProductId, Product]

    async def __call__(self, event: ProductChanged) -> None:
        self.product_cache.forget(event.product_id)
