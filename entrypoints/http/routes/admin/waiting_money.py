"""Money that waits for an admin: frozen payouts, and what nobody can tell apart."""

from typing import Annotated, TypeAlias

import msgspec
from litestar import Controller, get
from litestar.params import QueryParameter

from .....ports.language.users import Role
from ...edge.injected import App
from ...edge.json_body import JsonRequest
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
        description="The `next_cursor` of the page before; left out, the first page.",
    ),
]


class SuspenseListing(msgspec.Struct, frozen=True):
    """A page of what is in suspense, by the provider's names."""

    items: list[SuspenseView]
    next_cursor: str | None


class WaitingMoneyController(Controller):
    """Money that waits for an admin."""

    path = "/v1/admin"
    tags = ("admin",)
    guards = (requires(Role.ADMIN),)

    @get(
        "/frozen-orders",
        summary="Orders whose payouts are frozen",
        responses=success(200, OrderListing, {"items": [ORDER_EXAMPLE], "next_cursor": None})
        | problems(roles=True),
    )
    async def list_frozen_orders(
        self,
        request: JsonRequest,
        application: App,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> OrderListing:
        """Return the orders whose payouts are frozen, newest first; `payout_freezes` says why."""
        page = await application.orders.list_frozen_orders(
            request.user, page_request(limit, cursor)
        )
        return listing(OrderListing, page, order_view)

    @get(
        "/suspense",
        summary="Money in suspense",
        responses=success(
            200,
            SuspenseListing,
            {"items": [{"name": "ch_3a4f", "amount": 5_000}], "next_cursor": None},
        )
        | problems(roles=True),
    )
    async def list_suspense(
        self,
        request: JsonRequest,
        application: App,
        limit: Limit = DEFAULT_LIMIT,
        cursor: NameCursor = "",
    ) -> SuspenseListing:
        """Return what the provider took or paid for no known order, by its names."""
        page = await application.payments.list_suspense(request.user, limit, cursor)
        items = [SuspenseView(item.name, item.amount) for item in page.items]
        return SuspenseListing(items, page.next_cursor)
