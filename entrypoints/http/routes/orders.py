"""Orders, from the match to the delivery."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeAlias
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath, QueryParameter
from msgspec import Meta

from ....core.orders.shown_orders import show_order
from ....ports.language.complaints import ComplaintKind
from ....ports.language.errors import (
    ComplaintTooLate,
    Forbidden,
    IdempotencyKeyReused,
    IllegalMove,
    InvalidText,
    NotFound,
    Outdated,
    PartyToTheOrder,
    Refusal,
)
from ....ports.language.ids import OrderId
from ....ports.language.orders import Order, OrderStatus
from ....ports.language.users import Role
from ..edge.idempotency import KeyHeader, once, request_key
from ..edge.injected import App
from ..edge.json_body import JsonRequest
from ..edge.key_scopes import FOR_TRADERS
from ..edge.paging import DEFAULT_LIMIT, Cursor, Limit, listing, page_request
from ..edge.roles import requires
from ..openapi.documented import example, problems, success
from .order_views import (
    EXAMPLE,
    OrderDetail,
    OrderListing,
    OrderView,
    ReceiptView,
    StepView,
    order_detail,
    order_view,
    step_view,
)

RoleFilter: TypeAlias = Annotated[
    Role | None,
    QueryParameter(
        description="`buyer` or `seller`: only your purchases or sales. `authenticator` or "
        "`admin`: all orders, if you have that role."
    ),
]
StatusFilter: TypeAlias = Annotated[
    OrderStatus | None, QueryParameter(description="Only orders in this state.")
]

MOVING: tuple[type[Refusal], ...] = (
    NotFound,
    Forbidden,
    IllegalMove,
    Outdated,
    IdempotencyKeyReused,
)
"""The refusals of every move of an order."""


class Parcel(msgspec.Struct, forbid_unknown_fields=True):
    """The carrier and the tracking number."""

    carrier: Annotated[str, Meta(min_length=1, max_length=60)]
    tracking_number: Annotated[str, Meta(min_length=1, max_length=60)]


class Cancellation(msgspec.Struct, forbid_unknown_fields=True):
    """The reason of a cancellation, which both parties see."""

    reason: Annotated[str, Meta(min_length=1, max_length=500)]


class ComplaintMade(msgspec.Struct, forbid_unknown_fields=True):
    """The kind of complaint, and the buyer's reason, which the seller sees."""

    kind: ComplaintKind
    reason: Annotated[str, Meta(min_length=1, max_length=1_000)]


ParcelBody: TypeAlias = Annotated[
    Parcel,
    example({"carrier": "UPS", "tracking_number": "1Z999AA10123456784"}),
]


class OrdersController(Controller):
    """Orders."""

    path = "/v1/orders"
    tags = ("orders",)
    opt = FOR_TRADERS

    @get(summary="List orders", responses=problems(Forbidden))
    async def list_orders(
        self,
        request: JsonRequest,
        application: App,
        role: RoleFilter = None,
        status: StatusFilter = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> OrderListing:
        """Return your orders, or all orders for authenticators and admins, newest first."""
        page = await application.orders.list_orders(
            request.user, page_request(limit, cursor), role=role, status=status
        )
        return listing(OrderListing, page, order_view)

    @get(
        "/{order_id:uuid}",
        summary="View an order",
        responses=success(
            200,
            OrderDetail,
            EXAMPLE
            | {"ship_to": None, "warehouse": None, "complain_by": None, "payment_action": None},
        )
        | problems(NotFound),
    )
    async def view_order(
        self, request: JsonRequest, order_id: FromPath[UUID], application: App
    ) -> OrderDetail:
        """Return an order to its buyer, its seller, an authenticator or an admin.

        The buyer and the warehouse also see the shipping address: the buyer's newest at the match,
        or the current one if there was none. The seller and the warehouse see where the seller
        ships the pair. While the buyer's bank wants the buyer to authenticate the payment, the
        buyer sees the link in `payment_action`, and by when. Then the order is cancelled.
        """
        return order_detail(await application.orders.view_order(request.user, OrderId(order_id)))

    @get(
        "/{order_id:uuid}/payment-receipt",
        summary="View the receipt",
        responses=success(200, ReceiptView, {"url": "https://pay.example.com/receipts/payment/1"})
        | problems(NotFound),
    )
    async def view_receipt(
        self, request: JsonRequest, order_id: FromPath[UUID], application: App
    ) -> ReceiptView:
        """Return the payment provider's receipt of what the buyer paid, to the buyer alone.

        The link may expire, so ask for it again. It is null if nothing was paid, or if the provider
        has no receipts.
        """
        url = await application.payments.view_receipt(request.user, OrderId(order_id))
        return ReceiptView(url)

    @get("/{order_id:uuid}/history", summary="View the history", responses=problems(NotFound))
    async def view_history(
        self, request: JsonRequest, order_id: FromPath[UUID], application: App
    ) -> list[StepView]:
        """Return the steps of an order, oldest first. The list is not paged."""
        history = await application.orders.view_history(request.user, OrderId(order_id))
        return [step_view(step) for step in history]

    @post(
        "/{order_id:uuid}/shipment",
        summary="Ship to the warehouse",
        status_code=200,
        responses=success(200, OrderView, EXAMPLE) | problems(*MOVING, InvalidText, body=True),
    )
    async def ship(
        self,
        request: JsonRequest,
        order_id: FromPath[UUID],
        data: ParcelBody,
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[OrderView]:
        """Record that the seller shipped the pair to the warehouse."""
        return await _move(
            request,
            application,
            idempotency_key,
            lambda: application.orders.ship_pair(
                request.user,
                OrderId(order_id),
                carrier=data.carrier,
                tracking_number=data.tracking_number,
            ),
        )

    @post(
        "/{order_id:uuid}/shipment-extension",
        summary="Extend the shipping deadline",
        status_code=200,
        responses=success(200, OrderView, EXAMPLE) | problems(*MOVING),
    )
    async def extend_shipment(
        self,
        request: JsonRequest,
        order_id: FromPath[UUID],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[OrderView]:
        """Extend the shipping deadline. The seller can do this once."""
        return await _move(
            request,
            application,
            idempotency_key,
            lambda: application.orders.extend_shipment(request.user, OrderId(order_id)),
        )

    @post(
        "/{order_id:uuid}/receipt",
        summary="Scan in a pair",
        status_code=200,
        guards=[requires(Role.AUTHENTICATOR)],
        responses=success(200, OrderView, EXAMPLE) | problems(*MOVING, PartyToTheOrder),
    )
    async def receive(
        self,
        request: JsonRequest,
        order_id: FromPath[UUID],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[OrderView]:
        """Scan in a pair at the warehouse, for authentication or because it came back."""
        return await _move(
            request,
            application,
            idempotency_key,
            lambda: application.orders.receive_pair(request.user, OrderId(order_id)),
        )

    @post(
        "/{order_id:uuid}/dispatch",
        summary="Dispatch a pair",
        status_code=200,
        guards=[requires(Role.AUTHENTICATOR)],
        responses=success(200, OrderView, EXAMPLE)
        | problems(*MOVING, PartyToTheOrder, InvalidText, body=True),
    )
    async def dispatch(
        self,
        request: JsonRequest,
        order_id: FromPath[UUID],
        data: ParcelBody,
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[OrderView]:
        """Send a pair from the warehouse to its buyer, or back to its seller."""
        return await _move(
            request,
            application,
            idempotency_key,
            lambda: application.orders.dispatch_pair(
                request.user,
                OrderId(order_id),
                carrier=data.carrier,
                tracking_number=data.tracking_number,
            ),
        )

    @post(
        "/{order_id:uuid}/delivery",
        summary="Confirm the delivery",
        status_code=200,
        responses=success(200, OrderView, EXAMPLE) | problems(*MOVING, PartyToTheOrder),
    )
    async def confirm_delivery(
        self,
        request: JsonRequest,
        order_id: FromPath[UUID],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[OrderView]:
        """Confirm the delivery, as the buyer or an admin."""
        return await _move(
            request,
            application,
            idempotency_key,
            lambda: application.orders.confirm_delivery(request.user, OrderId(order_id)),
        )

    @post(
        "/{order_id:uuid}/cancellation",
        summary="Cancel an order",
        status_code=200,
        responses=success(200, OrderView, EXAMPLE)
        | problems(*MOVING, PartyToTheOrder, InvalidText, body=True),
    )
    async def cancel(
        self,
        request: JsonRequest,
        order_id: FromPath[UUID],
        data: Annotated[Cancellation, example({"reason": "The sole is torn."})],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[OrderView]:
        """Cancel an order, as the seller before shipping (with a penalty) or as an admin before
        delivery.
        """
        return await _move(
            request,
            application,
            idempotency_key,
            lambda: application.orders.cancel_order(
                request.user, OrderId(order_id), reason=data.reason
            ),
        )

    @post(
        "/{order_id:uuid}/complaint",
        summary="Complain about an order",
        status_code=200,
        responses=success(200, OrderView, EXAMPLE)
        | problems(*MOVING, ComplaintTooLate, InvalidText, body=True),
    )
    async def complain(
        self,
        request: JsonRequest,
        order_id: FromPath[UUID],
        data: Annotated[
            ComplaintMade,
            example({"kind": "not_as_described", "reason": "The left shoe is a size 9."}),
        ],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[OrderView]:
        """Complain about an order, once, as the buyer.

        The payout is frozen until an admin decides.
        """
        return await _move(
            request,
            application,
            idempotency_key,
            lambda: application.orders.complain(
                request.user, OrderId(order_id), kind=data.kind, reason=data.reason
            ),
        )


async def _move(
    request: JsonRequest,
    application: App,
    key: str | None,
    use_case: Callable[[], Awaitable[Order]],
) -> Response[Any]:
    async def run() -> OrderView:
        return order_view(show_order(await use_case(), request.user))

    return await once(request, application, await request_key(request, key), run)
