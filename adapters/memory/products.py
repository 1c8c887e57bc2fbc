"""The catalogue, in memory."""

from collections.abc import Collection, Mapping

from ...ports.language.catalog import DoubledProduct, Product
from ...ports.language.errors import NotFound, Outdated, StyleCodeTaken
from ...ports.language.ids import ProductId
from ...ports.language.paging import Page, PageRequest
from ...ports.products import Products
from .database import MemoryAdapter
from .paging import newest_first


class MemoryProducts(MemoryAdapter, Products):
    """Products by id, and an index by style key."""

    async def add(self, product: Product) -> None:
        await self._database.writing()
        if product.style_key in self._tables.product_by_style_key:
            raise StyleCodeTaken(style_code=product.style_code)
        self._database.put(self._tables.products, product.id, product)
        self._database.put(self._tables.product_by_style_key, product.style_key, product.id)

    async def save(self, product: Product) -> None:
        await self._database.writing()
        before = self._tables.products.get(product.id)
        if before is None:
            raise NotFound(what="product", id=product.id)
        if before.version != product.version - 1:
            raise Outdated(what="product", id=product.id)
        by_style_key = self._tables.product_by_style_key
        if by_style_key.get(product.style_key, product.id) != product.id:
            raise StyleCodeTaken(style_code=product.style_code)
        if product.style_key != before.style_key:
            self._database.remove(by_style_key, before.style_key)
            self._database.put(by_style_key, product.style_key, product.id)
        self._database.put(self._tables.products, product.id, product)

    async def get(self, product_id: ProductId) -> Product:
        with await self._database.reading():
            product = self._tables.products.get(product_id)
        if product is None:
            raise NotFound(what="product", id=product_id)
        return product

    async def look_up(self, product_ids: Collection[ProductId]) -> Mapping[ProductId, Product]:
        return {product_id: await self.get(product_id) for product_id in product_ids}

    async def styled(self, style_keys: Collection[str]) -> Mapping[str, Product]:
        with await self._database.reading():
            tables = self._tables
            found = {key: tables.product_by_style_key.get(key) for key in style_keys}
            return {key: tables.products[id_] for key, id_ in found.items() if id_ is not None}

    async def page(self, request: PageRequest) -> Page[Product]:
        with await self._database.reading():
            return newest_first(self._tables.products, self._tables.products, request)

    async def doubled(self, request: PageRequest) -> Page[DoubledProduct]:
        # Only stores older than the check of style keys have duplicates, and memory is never old.
        return Page(())
