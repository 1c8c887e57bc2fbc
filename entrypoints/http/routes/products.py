"""The catalogue and its stock."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, patch, post
from litestar.params import FromPath
from msgspec import UNSET, Meta, UnsetType

from ....core.catalog.product_details import MAX_IMAGE_POSITION, MAX_IMAGES, MAX_SIZES
from ....ports.language.catalog import Product, ProductImage, StockLevel
from ....ports.language.errors import (
    IdempotencyKeyReused,
    InvalidSize,
    InvalidText,
    NotFound,
    Outdated,
    OutOfRange,
    StyleCodeTaken,
)
from ....ports.language.ids import ProductId
from ....ports.language.text import MAX_URL
from ....ports.language.users import Role
from ..edge.bearer import PUBLIC
from ..edge.idempotency import KeyHeader, once, request_key
from ..edge.injected import App
from ..edge.json_body import JsonRequest
from ..edge.key_scopes import FOR_ADMINS
from ..edge.paging import DEFAULT_LIMIT, Cursor, Limit, listing, page_request
from ..edge.roles import requires
from ..openapi.documented import PUBLIC_SECURITY, example, problems, success

Word = Annotated[str, Meta(min_length=1, max_length=100)]
RetailPrice = Annotated[int, Meta(ge=0, le=100_000_000, description="In minor units.")]


class SizeEntry(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A US size of a product, such as 9, 10.5 or 6Y."""

    size: Annotated[str, Meta(min_length=1, max_length=10)]


class ImageEntry(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """An image. The lowest position comes first."""

    url: Annotated[str, Meta(min_length=1, max_length=MAX_URL)]
    position: Annotated[int, Meta(ge=0, le=MAX_IMAGE_POSITION)]


Sizes = Annotated[list[SizeEntry], Meta(min_length=1, max_length=MAX_SIZES)]
Images = Annotated[list[ImageEntry], Meta(max_length=MAX_IMAGES)]


class NewProduct(msgspec.Struct, forbid_unknown_fields=True):
    """A new product of the catalogue."""

    style_code: Annotated[str, Meta(min_length=3, max_length=40)]
    brand: Word
    model: Word
    colorway: Word
    retail_price: RetailPrice
    release_date: date
    sizes: Sizes
    images: Images = []


class ProductChange(msgspec.Struct, forbid_unknown_fields=True):
    """The fields to change. Omitted fields stay. Sizes and images are replaced as a whole."""

    brand: Word | UnsetType = UNSET
    model: Word | UnsetType = UNSET
    colorway: Word | UnsetType = UNSET
    retail_price: RetailPrice | UnsetType = UNSET
    release_date: date | UnsetType = UNSET
    sizes: Sizes | UnsetType = UNSET
    images: Images | UnsetType = UNSET


class ProductView(msgspec.Struct, frozen=True):
    """A product of the catalogue. `retail_price` is in minor units."""

    id: UUID
    style_code: str
    brand: str
    model: str
    colorway: str
    retail_price: int
    release_date: date
    sizes: list[SizeEntry]
    images: list[ImageEntry]
    created_at: datetime


class ProductListing(msgspec.Struct, frozen=True):
    """A page of the catalogue, newest first."""

    items: list[ProductView]
    next_cursor: UUID | None


def product_view(product: Product) -> ProductView:
    """Return a product as a response."""
    return ProductView(
        id=product.id,
        style_code=product.style_code,
        brand=product.brand,
        model=product.model,
        colorway=product.colorway,
        retail_price=product.retail_price,
        release_date=product.release_date,
        sizes=[SizeEntry(size) for size in product.sizes],
        images=[ImageEntry(image.url, image.position) for image in product.images],
        created_at=product.created_at,
    )


_NEW = {
    "style_code": "DD1391-100",
    "brand": "Nike",
    "model": "Dunk Low",
    "colorway": "White/Black",
    "retail_price": 11_000,
    "release_date": "2021-03-10",
    "sizes": [{"size": "9"}, {"size": "10.5"}],
    "images": [{"url": "https://images.example.com/dd1391-100.jpg", "position": 0}],
}
_EXAMPLE = {
    "id": "01890a5d-ac96-774b-bcce-b302099a8057",
    **_NEW,
    "created_at": "2026-03-01T12:00:00Z",
}


class ProductsController(Controller):
    """Products."""

    path = "/v1/products"
    tags = ("products",)

    @get(
        summary="List products",
        opt=PUBLIC,
        security=PUBLIC_SECURITY,
        responses=problems(public=True),
    )
    async def list_products(
        self, application: App, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
    ) -> ProductListing:
        """Return products, newest first."""
        page = await application.catalog.list_products(page_request(limit, cursor))
        return listing(ProductListing, page, product_view)

    @post(
        summary="Create a product",
        opt=FOR_ADMINS,
        guards=[requires(Role.ADMIN)],
        responses=success(201, ProductView, _EXAMPLE)
        | problems(
            StyleCodeTaken,
            InvalidText,
            InvalidSize,
            OutOfRange,
            IdempotencyKeyReused,
            body=True,
        ),
    )
    async def create_product(
        self,
        request: JsonRequest,
        data: Annotated[NewProduct, example(_NEW)],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[ProductView]:
        """Add a product to the catalogue."""

        async def run() -> ProductView:
            return product_view(
                await application.catalog.create_product(
                    request.user,
                    style_code=data.style_code,
                    brand=data.brand,
                    model=data.model,
                    colorway=data.colorway,
                    retail_price=data.retail_price,
                    release_date=data.release_date,
                    sizes=_sizes(data.sizes),
                    images=_images(data.images),
                )
            )

        return await once(request, application, await request_key(request, idempotency_key), run)

    @get(
        "/{product_id:uuid}",
        summary="View a product",
        opt=PUBLIC,
        security=PUBLIC_SECURITY,
        responses=success(200, ProductView, _EXAMPLE) | problems(NotFound, public=True),
    )
    async def view_product(self, product_id: FromPath[UUID], application: App) -> ProductView:
        """Return one product."""
        return product_view(await application.catalog.view_product(ProductId(product_id)))

    @patch(
        "/{product_id:uuid}",
        summary="Edit a product",
        opt=FOR_ADMINS,
        guards=[requires(Role.ADMIN)],
        responses=problems(NotFound, Outdated, InvalidText, InvalidSize, OutOfRange, body=True),
    )
    async def edit_product(
        self,
        request: JsonRequest,
        product_id: FromPath[UUID],
        data: Annotated[ProductChange, example({"retail_price": 11_500})],
        application: App,
    ) -> ProductView:
        """Change a product. Standing quotes in a removed size stay."""
        product = await application.catalog.edit_product(
            request.user,
            ProductId(product_id),
            brand=None if data.brand is UNSET else data.brand,
            model=None if data.model is UNSET else data.model,
            colorway=None if data.colorway is UNSET else data.colorway,
            retail_price=None if data.retail_price is UNSET else data.retail_price,
            release_date=None if data.release_date is UNSET else data.release_date,
            sizes=None if data.sizes is UNSET else _sizes(data.sizes),
            images=None if data.images is UNSET else _images(data.images),
        )
        return product_view(product)

    @get(
        "/{product_id:uuid}/stock",
        summary="View a product's stock",
        opt=PUBLIC,
        security=PUBLIC_SECURITY,
        responses=success(200, list[StockLevel], [{"size": "10.5", "available": 3, "reserved": 1}])
        | problems(NotFound, public=True),
    )
    async def view_stock(self, product_id: FromPath[UUID], application: App) -> list[StockLevel]:
        """Return the number of pairs for sale and of reserved pairs, for each size that has any."""
        return list(await application.catalog.view_stock(ProductId(product_id)))


def _sizes(entries: list[SizeEntry]) -> list[str]:
    return [entry.size for entry in entries]


def _images(entries: list[ImageEntry]) -> list[ProductImage]:
    return [ProductImage(url=entry.url, position=entry.position) for entry in entries]
