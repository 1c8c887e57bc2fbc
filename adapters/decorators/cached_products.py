"""The catalogue, with the products that are asked for most kept at hand."""

from functools import partial

from ...ports.cache import Cache
from ...ports.language.catalog import DoubledProduct, Product
from ...ports.language.ids import ProductId
from ...ports.language.paging import Page, PageRequest
from ...ports.products import Products
from ...ports.transaction import Transaction


class CachedProducts(Products):
    """Keeps single products in a cache, and forgets one when a change of it is committed.

    Inside a transaction it asks the store, which knows what is not committed yet.
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

    async def page(self, request: PageRequest) -> Page[Product]:
        return await self._products.page(request)

    async def doubled(self, request: PageRequest) -> Page[DoubledProduct]:
        return await self._products.doubled(request)
