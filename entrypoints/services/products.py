"""ProductService: the catalogue and its stock."""

from datetime import datetime
from uuid import UUID

import msgspec

from ...ports.language.api_tokens import KeyScope
from ...ports.language.catalog import ProductImage, Reservation, ReservationStatus, StockLevel
from ...ports.language.ids import OrderId, ProductId
from ...ports.language.market import parse_size
from ...ports.language.users import OPERATOR, Role
from ..http.edge.paging import listing
from ..http.routes.products import NewProduct, ProductListing, ProductView, product_view
from .rpc import Context, Key, Who, rpc
from .shapes import OfOrder, Paged, Size


class OfProduct(msgspec.Struct, forbid_unknown_fields=True):
    """A request about one product."""

    product_id: UUID


class StockQuestion(msgspec.Struct, forbid_unknown_fields=True):
    """A product, and one of its sizes or all."""

    product_id: UUID
    size: Size | None = None


class StockListing(msgspec.Struct, frozen=True):
    """The pairs for sale and the reserved ones of each size that has any."""

    items: list[StockLevel]


class ReservationView(msgspec.Struct, frozen=True):
    """The pair of an order. Its unit of stock is the ask."""

    order_id: UUID
    ask_id: UUID
    status: ReservationStatus
    reserved_at: datetime


class StockAnswer(msgspec.Struct, frozen=True):
    """The reservation of an order, or null if another order has the pair."""

    order_id: UUID
    reservation: ReservationView | None


async def create_product(context: Context, request: NewProduct) -> ProductView:
    """Add a product to the catalogue."""
    product = await context.application.catalog.create_product(
        context.actor,
        style_code=request.style_code,
        brand=request.brand,
        model=request.model,
        colorway=request.colorway,
        retail_price=request.retail_price,
        release_date=request.release_date,
        sizes=[entry.size for entry in request.sizes],
        images=[ProductImage(image.url, image.position) for image in request.images],
    )
    return product_view(product)


async def get_product(context: Context, request: OfProduct) -> ProductView:
    """Return one product."""
    found = await context.application.catalog.view_product(ProductId(request.product_id))
    return product_view(found)


async def list_products(context: Context, request: Paged) -> ProductListing:
    """Return a page of products, newest first."""
    page = await context.application.catalog.list_products(request.page)
    return listing(ProductListing, page, product_view)


async def check_stock(context: Context, request: StockQuestion) -> StockListing:
    """Return how many pairs are for sale and how many are reserved."""
    size = None if request.size is None else parse_size(request.size)
    levels = await context.application.catalog.view_stock(ProductId(request.product_id))
    return StockListing([level for level in levels if size in (None, level.size)])


async def reserve_stock(context: Context, request: OfOrder) -> StockAnswer:
    """Reserve the pair of an order, as its match does. A repetition changes nothing."""
    order_id = OrderId(request.order_id)
    application = context.application
    asked = await application.orders.requested_work.reservation(order_id)
    await application.catalog.reserve_stock(asked)
    return await _answer(context, order_id)


async def release_stock(context: Context, request: OfOrder) -> StockAnswer:
    """Release the pair of an order that has ended. A repetition changes nothing."""
    order_id = OrderId(request.order_id)
    application = context.application
    asked = await application.orders.requested_work.release(order_id)
    await application.catalog.release_stock(asked)
    return await _answer(context, order_id)


async def _answer(context: Context, order_id: OrderId) -> StockAnswer:
    found = await context.application.catalog.view_reservation(OPERATOR, order_id)
    return StockAnswer(order_id, None if found is None else _view(found))


def _view(reservation: Reservation) -> ReservationView:
    return ReservationView(
        order_id=reservation.order_id,
        ask_id=reservation.ask_id,
        status=reservation.status,
        reserved_at=reservation.reserved_at,
    )


_NAME = "ProductService"
RPCS = (
    rpc(
        _NAME,
        "CreateProduct",
        create_product,
        Who.USER,
        Role.ADMIN,
        key=Key.ANSWER,
        key_scope=KeyScope.ADMIN,
    ),
    rpc(_NAME, "GetProduct", get_product, Who.ANYBODY, key_scope=KeyScope.READ),
    rpc(_NAME, "ListProducts", list_products, Who.ANYBODY, key_scope=KeyScope.READ),
    rpc(_NAME, "CheckStock", check_stock, Who.ANYBODY, key_scope=KeyScope.READ),
    rpc(_NAME, "ReserveStock", reserve_stock, Who.SERVICE),
    rpc(_NAME, "ReleaseStock", release_stock, Who.SERVICE),
)
