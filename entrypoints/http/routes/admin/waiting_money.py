"""Money that waits for an admin: frozen payouts and suspense."""

from typing import Annotated, TypeAlias

import msgspec
from litestar import Controller, get
from litestar.params import QueryParameter

from .....ports.language.users import Role
from ...edge.injected import App
from ...edge.json_body import JsonRequest
from ...edge.key_scopes import FOR_ADMINS
from ...edge.paging import DEFAULT_LIMIT, Cursor, Limit, listing, page_request
from ...edge.roles import requires
from ...openapi.documented import problems, success
from ..order_views import EXAMPLE as ORDER_EXAMPLE
from ..order_views import OrderListing, order_view
from .shortfalls import SuspenseView

NameCursor: TypeAlias = Annotated[
    str,
    QueryParameter(
        max_length=1_000,
        description="The `next_cursor` of the previous page. Omit for the first page.",
    ),
]


class SuspenseListing(msgspec.Struct, frozen=True):
    """A page of money in suspense, sorted by the provider's names."""

    items: list[SuspenseView]
    next_cursor: str | None


class WaitingMoneyController(Controller):
    """Money that waits for an admin."""

    path = "/v1/admin"
    tags = ("admin",)
    opt = FOR_ADMINS
    guards = (requires(Role.ADMIN),)

    @get(
        "/frozen-orders",
        summary="List frozen orders",
        responses=success(200, OrderListing, {"items": [ORDER_EXAMPLE], "next_cursor": None})
        | problems(),
    )
    async def list_frozen_orders(
        self,
        request: JsonRequest,
        application: App,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> OrderListing:
        """Return the orders with frozen payouts, newest first. `payout_freezes` has the reasons."""
        page = await application.orders.list_frozen_orders(
            request.user, page_request(limit, cursor)
        )
        return listing(OrderListing, page, order_view)

    @get(
        "/suspense",
        summary="List money in suspense",
        responses=success(
            200,
            SuspenseListing,
            {"items": [{"name": "ch_3a4f", "amount": 5_000}], "next_cursor": None},
        )
        | problems(),
    )
    async def list_suspense(
        self,
        request: JsonRequest,
        application: App,
        limit: Limit = DEFAULT_LIMIT,
        cursor: NameCursor = "",
    ) -> SuspenseListing:
        """Return money that the provider charged or paid for no known order, sorted by name."""
        page = await application.payments.list_suspense(request.user, limit, cursor)
        items = [SuspenseView(item.name, item.amount) for item in page.items]
        return SuspenseListing(items, page.next_cursor)
