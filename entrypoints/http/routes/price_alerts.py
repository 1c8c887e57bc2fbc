"""Your price alerts."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, post
from litestar.params import FromPath
from msgspec import Meta

from ....core.price_alerts.watched_prices import WatchedPrice
from ....ports.language.errors import (
    AccountClosed,
    AlertExists,
    IdempotencyKeyReused,
    InvalidSize,
    NotFound,
    OutOfRange,
    OutsideTick,
    SizeNotOffered,
    TooManyAlerts,
)
from ....ports.language.ids import AlertId, ProductId
from ....ports.language.market import Condition
from ..edge.idempotency import KeyHeader, once, request_key
from ..edge.injected import App
from ..edge.json_body import JsonRequest
from ..edge.key_scopes import FOR_TRADERS
from ..edge.paging import DEFAULT_LIMIT, Cursor, Limit, listing, page_request
from ..openapi.documented import example, problems, success
from .quotes import Amount


class NewPriceAlert(msgspec.Struct, forbid_unknown_fields=True):
    """The price and the pair to watch."""

    product_id: UUID
    size: Annotated[str, Meta(min_length=1, max_length=10)]
    price: Amount
    condition: Condition = Condition.NEW


class PriceAlertView(msgspec.Struct, frozen=True):
    """A price alert and the current lowest ask. Prices are in minor units."""

    id: UUID
    product_id: UUID
    size: str
    condition: Condition
    price: int
    lowest_ask: int | None
    """The current lowest ask."""
    created_at: datetime
    dropped_at: datetime | None
    """When the alert last fired, because the lowest ask fell to its price or below."""
    dropped_to: int | None
    """The lowest ask when the alert last fired."""


class PriceAlertListing(msgspec.Struct, frozen=True):
    """A page of your price alerts, newest first."""

    items: list[PriceAlertView]
    next_cursor: UUID | None


def price_alert_view(watched: WatchedPrice) -> PriceAlertView:
    """Return a price alert as a response."""
    alert = watched.alert
    return PriceAlertView(
        id=alert.id,
        product_id=alert.book.product_id,
        size=alert.book.size,
        condition=alert.book.condition,
        price=alert.price,
        lowest_ask=watched.lowest_ask,
        created_at=alert.created_at,
        dropped_at=alert.dropped_at,
        dropped_to=alert.dropped_to,
    )


_NEW = {
    "product_id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "size": "10.5",
    "price": 18_000,
}
_EXAMPLE = {
    "id": "01890a5e-3f20-7c6d-9b1a-5e4d3c2b1a09",
    **_NEW,
    "condition": "new",
    "lowest_ask": 21_000,
    "created_at": "2026-03-01T12:00:00Z",
    "dropped_at": None,
    "dropped_to": None,
}


class PriceAlertsController(Controller):
    """Price alerts."""

    path = "/v1/price-alerts"
    tags = ("price alerts",)
    opt = FOR_TRADERS

    @post(
        summary="Create a price alert",
        responses=success(201, PriceAlertView, _EXAMPLE)
        | problems(
            OutOfRange,
            OutsideTick,
            NotFound,
            InvalidSize,
            SizeNotOffered,
            TooManyAlerts,
            AlertExists,
            IdempotencyKeyReused,
            AccountClosed,
            body=True,
        ),
    )
    async def watch_price(
        self,
        request: JsonRequest,
        data: Annotated[NewPriceAlert, example(_NEW)],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[PriceAlertView]:
        """Create an alert for when the lowest ask falls to a price or below.

        If `lowest_ask` is already there, no notification is sent.
        """

        async def run() -> PriceAlertView:
            alert = await application.price_alerts.watch_price(
                request.user,
                product_id=ProductId(data.product_id),
                size=data.size,
                condition=data.condition,
                price=data.price,
            )
            [watched] = await application.price_alerts.watched_prices([alert])
            return price_alert_view(watched)

        return await once(request, application, await request_key(request, idempotency_key), run)

    @get(summary="List your price alerts", responses=problems())
    async def list_price_alerts(
        self,
        request: JsonRequest,
        application: App,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> PriceAlertListing:
        """Return your price alerts, newest first."""
        page = await application.price_alerts.list_price_alerts(
            request.user, page_request(limit, cursor)
        )
        return listing(PriceAlertListing, page, price_alert_view)

    @delete("/{alert_id:uuid}", summary="Delete a price alert", responses=problems(NotFound))
    async def unwatch_price(
        self, request: JsonRequest, alert_id: FromPath[UUID], application: App
    ) -> None:
        """Delete a price alert."""
        await application.price_alerts.unwatch_price(request.user, AlertId(alert_id))
