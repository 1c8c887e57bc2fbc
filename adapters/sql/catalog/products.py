"""The stored catalogue, in SQL."""

from collections.abc import Collection, Mapping
from functools import reduce
from typing import Any

from sqlalchemy import ScalarSelect, Table, bindparam, case, delete, func, select

from ....ports.language.catalog import DoubledProduct, Product, ProductImage
from ....ports.language.errors import NotFound, Outdated, StyleCodeTaken
from ....ports.language.ids import ProductId
from ....ports.language.market import Size
from ....ports.language.paging import Page, PageRequest
from ....ports.products import Products
from ..engine.constructs import gathered, insert_or_skip, one_of
from ..engine.database import SqlDatabase
from ..engine.errors import Conflict
from ..engine.paging import newest_first, page
from ..engine.payloads import decode
from ..engine.statement import Row, Statement, insert_row, update_row
from ..schema import product_images, products, sizes


def _parts(table: Table, *columns: str) -> ScalarSelect[Any]:
    """Return a subquery for a product's rows in another table, so that one query reads it all."""
    rows = select(gathered(table.c.number, *(table.c[name] for name in columns)))
    return rows.where(table.c.product_id == products.c.id).scalar_subquery()


PRODUCTS = select(
    products,
    _parts(sizes, "size").label("sizes"),
    _parts(product_images, "url", "position").label("images"),
)
"""A row for each product, with its sizes and images."""
_ADD = Statement(insert_or_skip(products, products.c.style_key))
# A duplicate has no style key. It keeps none as long as its style code does not change.
_STYLE_KEY = case(
    (products.c.style_code == bindparam("style_code"), products.c.style_key),
    else_=bindparam("style_key"),
)
_SAVE = Statement(
    update_row(products)
    .where(products.c.version == bindparam("expected"))
    .values({products.c.style_key: _STYLE_KEY})
)
_GET = Statement(PRODUCTS.where(products.c.id == bindparam("id")))
_LOOK_UP = Statement(PRODUCTS.where(one_of(products.c.id, "ids")))
_STYLED = Statement(PRODUCTS.where(one_of(products.c.style_key, "keys")))
_PAGE = Statement(newest_first(PRODUCTS, products.c.id))
_original = products.alias("original")
_DOUBLED = Statement(
    newest_first(
        select(
            products.c.id,
            products.c.style_code,
            _original.c.id.label("original_id"),
            _original.c.style_code.label("original_style_code"),
        ).where(
            products.c.style_key.is_(None),
            # What `spelling_key` returns for a style code: letters, digits, -, / and spaces.
            _original.c.style_key
            == reduce(
                lambda code, mark: func.replace(code, mark, ""),
                "-/ ",
                func.lower(products.c.style_code),
            ),
        ),
        products.c.id,
    )
)
_ADD_SIZE = Statement(insert_row(sizes))
_ADD_IMAGE = Statement(insert_row(product_images))
_REMOVE_PARTS = [
    Statement(delete(table).where(table.c.product_id == bindparam("product_id")))
    for table in (sizes, product_images)
]


class SqlProducts(Products):
    """Products, their sizes and their images, one row each."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def add(self, product: Product) -> None:
        if not await self._database.execute(_ADD, **_values(product)):
            raise StyleCodeTaken(style_code=product.style_code)
        await self._add_parts(product)

    async def save(self, product: Product) -> None:
        expected = product.version - 1
        try:
            changed = await self._database.attempt(_SAVE, **_values(product), expected=expected)
        except Conflict:
            raise StyleCodeTaken(style_code=product.style_code) from None
        if not changed:
            await self.get(product.id)
            raise Outdated(what="product", id=product.id)
        for remove in _REMOVE_PARTS:
            await self._database.execute(remove, product_id=product.id)
        await self._add_parts(product)

    async def get(self, product_id: ProductId) -> Product:
        row = await self._database.first(_GET, id=product_id)
        if row is None:
            raise NotFound(what="product", id=product_id)
        return product_of(row)

    async def look_up(self, product_ids: Collection[ProductId]) -> Mapping[ProductId, Product]:
        rows = await self._database.rows(_LOOK_UP, ids=product_ids)
        found = {row.id: product_of(row) for row in rows}
        for product_id in product_ids:
            if product_id not in found:
                raise NotFound(what="product", id=product_id)
        return found

    async def styled(self, style_keys: Collection[str]) -> Mapping[str, Product]:
        rows = await self._database.rows(_STYLED, keys=list(set(style_keys)))
        return {row.style_key: product_of(row) for row in rows}

    async def page(self, request: PageRequest) -> Page[Product]:
        return await page(self._database, _PAGE, request, product_of)

    async def doubled(self, request: PageRequest) -> Page[DoubledProduct]:
        return await page(self._database, _DOUBLED, request, _doubled)

    async def _add_parts(self, product: Product) -> None:
        await self._database.execute_many(
            _ADD_SIZE,
            [
                {"product_id": product.id, "number": number, "size": size}
                for number, size in enumerate(product.sizes)
            ],
        )
        await self._database.execute_many(
            _ADD_IMAGE,
            [
                {
                    "product_id": product.id,
                    "number": number,
                    "url": image.url,
                    "position": image.position,
                }
                for number, image in enumerate(product.images)
            ],
        )


def _values(product: Product) -> dict[str, Any]:
    return {
        "id": product.id,
        "style_code": product.style_code,
        "style_key": product.style_key,
        "brand": product.brand,
        "model": product.model,
        "colorway": product.colorway,
        "retail_price": product.retail_price,
        "release_date": product.release_date,
        "created_at": product.created_at,
        "version": product.version,
    }


def _doubled(row: Row) -> DoubledProduct:
    return DoubledProduct(row.id, row.style_code, row.original_id, row.original_style_code)


def product_of(row: Row) -> Product:
    """Return the product in a row of `PRODUCTS`."""
    sizes_ = sorted(decode(row.sizes, list[tuple[int, str]]))
    images = sorted(decode(row.images, list[tuple[int, str, int]]))
    return Product(
        id=row.id,
        style_code=row.style_code,
        brand=row.brand,
        model=row.model,
        colorway=row.colorway,
        retail_price=row.retail_price,
        release_date=row.release_date,
        sizes=tuple(Size(size) for _, size in sizes_),
        images=tuple(ProductImage(url, position) for _, url, position in images),
        created_at=row.created_at,
        version=row.version,
    )
