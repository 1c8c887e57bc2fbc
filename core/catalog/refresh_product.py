"""Evict a changed product from every process's cache."""

from dataclasses import dataclass

from ...ports.cache import Cache
from ...ports.language.catalog import Product
from ...ports.language.events import ProductChanged
from ...ports.language.ids import ProductId


@dataclass(frozen=True, slots=True)
class RefreshProduct:
    """Evicts a changed product from every process's cache, so that no stale product is shown.

    The process that makes a change does so already. This handler covers two other cases: a commit
    that took effect although it was reported as failed, and a process that ended before its
    broadcast. One process handles the message, and its cache broadcasts the eviction.
    """

    product_cache: Cache[ProductId, Product]

    async def __call__(self, event: ProductChanged) -> None:
        self.product_cache.forget(event.product_id)
