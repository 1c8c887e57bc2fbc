"""What a user's pairs are worth."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import Controller, get

from ....ports.language.market import Condition
from ....ports.language.orders import OrderStatus
from ....ports.language.portfolios import Holding, PortfolioValue
from ..edge.injected import App
from ..edge.json_body import JsonRequest
from ..edge.key_scopes import FOR_READERS
from ..edge.paging import DEFAULT_LIMIT, Cursor, Limit, page_request
from ..openapi.documented import problems, success


class HoldingView(msgspec.Struct, frozen=True):
    """A pair that you bought. Amounts are in minor units."""

    order_id: UUID
    product_id: UUID
    size: str
    condition: Condition
    status: OrderStatus
    bought_at: datetime
    paid: int
    """The price with the shipping."""
    value: int
    """The price of the last sale of this product in this size and condition."""
    gain: int


class PortfolioValueView(msgspec.Struct, frozen=True):
    """What your pairs were worth at an instant, of those bought by then. In minor units."""

    at: datetime
    pairs: int
    paid: int
    value: int


class PortfolioListing(msgspec.Struct, frozen=True):
    """A page of your pairs, newest first, and what all of them are worth. In minor units."""

    items: list[HoldingView]
    next_cursor: UUID | None
    pairs: int
    """The number of your pairs on all pages."""
    paid: int
    value: int
    gain: int
    """`value` minus `paid`."""
    gain_share: float | None
    """`gain` as a share of `paid`: 0.5 is 50 %. Null without a pair."""
    weeks: list[PortfolioValueView]
    """Oldest first, the last one now. With thousands of pairs, some weeks lie between two."""


def _holding_view(holding: Holding) -> HoldingView:
    return HoldingView(
        order_id=holding.order_id,
        product_id=holding.book.product_id,
        size=holding.book.size,
        condition=holding.book.condition,
        status=holding.status,
        bought_at=holding.bought_at,
        paid=holding.paid,
        value=holding.value,
        gain=holding.gain,
    )


def _value_view(value: PortfolioValue) -> PortfolioValueView:
    return PortfolioValueView(at=value.at, pairs=value.pairs, paid=value.paid, value=value.value)


_EXAMPLE = {
    "items": [
        {
            "order_id": "01890a5d-ac96-774b-bcce-b302099a8058",
            "product_id": "01890a5d-ac96-774b-bcce-b302099a8059",
            "size": "10.5",
            "condition": "new",
            "status": "delivered",
            "bought_at": "2026-03-01T12:00:00Z",
            "paid": 21_400,
            "value": 23_540,
            "gain": 2_140,
        }
    ],
    "next_cursor": None,
    "pairs": 1,
    "paid": 21_400,
    "value": 23_540,
    "gain": 2_140,
    "gain_share": 0.1,
    "weeks": [{"at": "2026-03-05T12:00:00Z", "pairs": 1, "paid": 21_400, "value": 23_540}],
}


class PortfolioController(Controller):
    """Your portfolio."""

    path = "/v1/users/me/portfolio"
    tags = ("orders",)
    opt = FOR_READERS

    @get(
        summary="View your portfolio",
        responses=success(200, PortfolioListing, _EXAMPLE) | problems(),
    )
    async def view_portfolio(
        self,
        request: JsonRequest,
        application: App,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> PortfolioListing:
        """Return the pairs that you bought, delivered or on their way, and what they are worth.

        Refunded pairs do not count. The weeks are at most the last 52.
        """
        view = await application.analytics.view_portfolio(request.user)
        page = await application.analytics.list_holdings(request.user, page_request(limit, cursor))
        return PortfolioListing(
            items=[_holding_view(holding) for holding in page.items],
            next_cursor=page.next_cursor,
            pairs=view.now.pairs,
            paid=view.now.paid,
            value=view.now.value,
            gain=view.now.gain,
            gain_share=view.gain_share,
            weeks=[_value_view(value) for value in view.weeks],
        )
