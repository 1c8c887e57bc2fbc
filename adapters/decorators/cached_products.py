"""The catalogue with a cache of single products."""

from collections.abc import Collection, Mapping
from functools import partial

from ...ports.cache import Cache
from ...ports.language.catalog import DoubledProduct, Product
from ...ports.language.ids import ProductId
from ...ports.language.paging import Page, PageRequest
from ...ports.products import Products
from ...ports.transaction import Transaction


class CachedProducts(Products):
    """Caches single products, and evicts a product when a change to it is committed.

    Inside a transaction it reads from the store, which has the uncommitted changes.
    """

    def __init__(
        self, products: Products, *, cache: Cache[ProductId, Product], transaction: Transaction
    ) -> None:
        self._products = products
        self._cache = cache
        self._transaction = transaction

    async def add(self, product: Product) -> None:
        await self._products.add(product)
        self._transaction.announce(partial(self._cache.forget, product.id))

    async def save(self, product: Product) -> None:
        await self._products.save(product)
        self._transaction.announce(partial(self._cache.forget, product.id))

    async def get(self, product_id: ProductId) -> Product:
        if self._transaction.is_open:
            return await self._products.get(product_id)
        return await self._cache.get(product_id, partial(self._products.get, product_id))

    async def look_up(self, product_ids: Collection[ProductId]) -> Mapping[ProductId, Product]:
        return await self._products.look_up(product_ids)

    async def styled(self, style_keys: Collection[str]) -> Mapping[str, Product]:
        return await self._products.styled(style_keys)

    async def page(self, request: PageRequest) -> Page[Product]:
        return await self._products.page(request)

    async def doubled(self, request: PageRequest) -> Page[DoubledProduct]:
        return await self._products.doubled(request)
