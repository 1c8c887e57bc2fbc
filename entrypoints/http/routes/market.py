"""The public market of a product: best prices, the book, the tape."""

from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec
from litestar import Controller, get
from litestar.params import FromPath, QueryParameter

from ....core.bidding.view_market import MarketStanding
from ....ports.language.analytics import Sale
from ....ports.language.errors import (
    Forbidden,
    InvalidSize,
    InvalidToken,
    NotFound,
    SizeNotOffered,
)
from ....ports.language.ids import ProductId
from ....ports.language.market import Condition, PriceLevel
from ....ports.language.payments import Cost, Proceeds
from ....ports.language.users import Actor
from ..edge.bearer import PUBLIC, WELCOME
from ..edge.injected import App
from ..edge.json_body import JsonRequest
from ..edge.key_scopes import FOR_READERS
from ..edge.paging import DEFAULT_LIMIT, Cursor, Limit, listing, page_request
from ..openapi.documented import PUBLIC_SECURITY, problems, success

SizeQuery: TypeAlias = Annotated[
    str, QueryParameter(min_length=1, max_length=10, description="A US size such as 10.5 or 6Y.")
]
OptionalSizeQuery: TypeAlias = Annotated[
    str | None, QueryParameter(min_length=1, max_length=10, description="Only this US size.")
]
ConditionQuery: TypeAlias = Annotated[
    Condition, QueryParameter(description="The condition of the pair. Only equal ones match.")
]
Depth: TypeAlias = Annotated[
    int, QueryParameter(ge=1, le=100, description="The maximum number of price levels per side.")
]


class LastSale(msgspec.Struct, frozen=True):
    """The latest sale. `price` is in minor units. `imported` is whether it was made elsewhere."""

    price: int
    sold_at: datetime
    imported: bool


class MarketView(msgspec.Struct, frozen=True):
    """The market of one size of a product, in minor units. `sales` is the number of sales."""

    lowest_ask: int | None
    highest_bid: int | None
    last_sale: LastSale | None
    sales: int
    sell_now: Proceeds | None
    """The proceeds of selling to the highest bid."""
    undercut: Proceeds | None
    """The proceeds of an ask one tick below the lowest, if it would rest."""
    buy_now: Cost | None
    """The cost of buying from the lowest ask."""
    halted: bool
    """Whether trading is halted. Then nothing can be sold or bought."""


class BookPicture(msgspec.Struct, frozen=True):
    """The price levels of a book, best first, as of change number `seq`."""

    seq: int
    bids: list[PriceLevel]
    asks: list[PriceLevel]
    halted: bool
    """Whether trading in the book is halted."""


class SaleView(msgspec.Struct, frozen=True):
    """A paid trade. `price` is in minor units. `imported` is whether it was made elsewhere."""

    price: int
    size: str
    condition: Condition
    sold_at: datetime
    imported: bool


class SaleListing(msgspec.Struct, frozen=True):
    """A page of the tape, newest sale first."""

    items: list[SaleView]
    next_cursor: UUID | None


def sale_view(sale: Sale) -> SaleView:
    """Return a sale as a response, without buyer and seller."""
    return SaleView(
        price=sale.price,
        size=sale.book.size,
        condition=sale.book.condition,
        sold_at=sale.sold_at,
        imported=sale.is_imported,
    )


def market_view(market: MarketStanding) -> MarketView:
    """Return a market as a response."""
    best, last, preview = market.best, market.last_sale, market.preview
    return MarketView(
        lowest_ask=best.lowest_ask,
        highest_bid=best.highest_bid,
        last_sale=LastSale(last.price, last.sold_at, last.is_imported) if last else None,
        sales=market.sales,
        sell_now=preview.sell_now,
        undercut=preview.undercut,
        buy_now=preview.buy_now,
        halted=best.halted,
    )


class MarketController(Controller):
    """The market of a product."""

    path = "/v1/products/{product_id:uuid}"
    tags = ("market",)
    opt = PUBLIC
    security = PUBLIC_SECURITY

    @get(
        "/market",
        summary="View best prices and last sale",
        responses=success(
            200,
            MarketView,
            {
                "lowest_ask": 21_000,
                "highest_bid": 19_500,
                "last_sale": {
                    "price": 20_000,
                    "sold_at": "2026-03-01T12:00:00Z",
                    "imported": False,
                },
                "sales": 42,
                "sell_now": {
                    "price": 19_500,
                    "transaction_fee": 1_755,
                    "processing_fee": 585,
                    "payout": 17_160,
                },
                "undercut": {
                    "price": 20_900,
                    "transaction_fee": 1_881,
                    "processing_fee": 627,
                    "payout": 18_392,
                },
                "buy_now": {"price": 21_000, "shipping": 1_400, "total": 22_400},
                "halted": False,
            },
        )
        | problems(NotFound, InvalidSize, SizeNotOffered, InvalidToken, Forbidden, public=True),
        opt=WELCOME | FOR_READERS | {"exclude_from_auth": False},
    )
    async def view_market(
        self,
        request: JsonRequest,
        product_id: FromPath[UUID],
        application: App,
        size: SizeQuery,
        condition: ConditionQuery = Condition.NEW,
    ) -> MarketView:
        """Return the best prices of one size, and what trading now would pay or cost.

        With a token, the fees are those of the caller. Without one, they are those of level 1.
        """
        user = request.scope.get("user")
        market = await application.bidding.view_market(
            user.user_id if isinstance(user, Actor) else None,
            ProductId(product_id),
            size,
            condition,
        )
        return market_view(market)

    @get(
        "/book",
        summary="View the order book",
        responses=success(
            200,
            BookPicture,
            {
                "seq": 7,
                "bids": [{"price": 19_500, "quantity": 2}],
                "asks": [{"price": 21_000, "quantity": 1}],
                "halted": False,
            },
        )
        | problems(NotFound, InvalidSize, SizeNotOffered, public=True),
    )
    async def view_book(
        self,
        product_id: FromPath[UUID],
        application: App,
        size: SizeQuery,
        condition: ConditionQuery = Condition.NEW,
        depth: Depth = 20,
    ) -> BookPicture:
        """Return the number of pairs at each price. Their owners are not shown."""
        view = await application.bidding.view_book(
            ProductId(product_id), size, condition, depth=depth
        )
        return BookPicture(
            seq=view.seq, bids=list(view.bids), asks=list(view.asks), halted=view.halted
        )

    @get(
        "/sales",
        summary="List sales",
        responses=problems(NotFound, InvalidSize, SizeNotOffered, public=True),
    )
    async def list_sales(
        self,
        product_id: FromPath[UUID],
        application: App,
        size: OptionalSizeQuery = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> SaleListing:
        """Return the sales of a product, newest first."""
        page = await application.analytics.list_sales(
            ProductId(product_id), page_request(limit, cursor), size
        )
        return listing(SaleListing, page, sale_view)
