"""Actions of admins on orders."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Controller, Response, post
from litestar.params import FromPath

from .....core.orders.shown_orders import show_order
from .....ports.language.complaints import Bearer
from .....ports.language.errors import (
    IdempotencyKeyReused,
    IllegalMove,
    InvalidDecision,
    InvalidText,
    NotFound,
    Outdated,
    PartyToTheOrder,
    PayoutAccountMissing,
    PayoutNotOpen,
    PayoutStopped,
    Refusal,
)
from .....ports.language.ids import OrderId
from .....ports.language.orders import Order
from .....ports.language.users import Role
from ...edge.idempotency import KeyHeader, once, request_key
from ...edge.injected import App
from ...edge.json_body import JsonRequest
from ...edge.key_scopes import FOR_ADMINS
from ...edge.roles import requires
from ...openapi.documented import example, problems, success
from ..order_views import EXAMPLE, OrderView, order_view
from .reasons import ReasonGiven, ReasonText

ACTING: tuple[type[Refusal], ...] = (
    NotFound,
    PartyToTheOrder,
    InvalidText,
    IdempotencyKeyReused,
)
"""The refusals of every admin action on an order."""

Why = Annotated[ReasonGiven, example({"reason": "the buyer's bank asked us to look at it"})]


class RefundOrdered(msgspec.Struct, forbid_unknown_fields=True):
    """The reason of a refund, which both parties see, and who bears it."""

    reason: ReasonText
    borne_by: Bearer


class ComplaintDecision(msgspec.Struct, forbid_unknown_fields=True):
    """The decision, and its reason, which both parties see.

    A decision for the buyer names who bears the refund. If the pair is not as described, the refund
    follows when the pair is back, unless `waive_return` is true.
    """

    in_favour_of: Literal["buyer", "seller"]
    reason: ReasonText
    borne_by: Bearer | None = None
    waive_return: bool = False


class PayoutRequested(msgspec.Struct, frozen=True):
    """The provider is asked again moments later."""

    order_id: UUID
    requested: bool


class AdminOrdersController(Controller):
    """Actions of admins on orders, refused for the buyer and the seller of the order."""

    path = "/v1/admin/orders/{order_id:uuid}"
    tags = ("admin",)
    opt = FOR_ADMINS
    guards = (requires(Role.ADMIN),)

    @post(
        "/payout-freeze",
        summary="Freeze an order's payout",
        status_code=200,
        responses=success(200, OrderView, EXAMPLE | {"payout_freezes": ["admin"]})
        | problems(*ACTING, IllegalMove, Outdated, body=True),
    )
    async def freeze_payout(
        self,
        request: JsonRequest,
        order_id: FromPath[UUID],
        data: Why,
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[OrderView]:
        """Freeze the payout of an order. The order itself continues."""
        freeze = application.orders.freeze_payout
        return await _act(
            request,
            application,
            idempotency_key,
            lambda: freeze(request.user, OrderId(order_id), reason=data.reason),
        )

    @post(
        "/payout-release",
        summary="Release an order's payout",
        status_code=200,
        responses=success(200, OrderView, EXAMPLE)
        | problems(*ACTING, IllegalMove, Outdated, body=True),
    )
    async def release_payout(
        self,
        request: JsonRequest,
        order_id: FromPath[UUID],
        data: Why,
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[OrderView]:
        """Lift every freeze of a payout, except that of a complaint, which must be decided."""
        release = application.orders.release_payout
        return await _act(
            request,
            application,
            idempotency_key,
            lambda: release(request.user, OrderId(order_id), reason=data.reason),
        )

    @post(
        "/refund",
        summary="Refund an order",
        status_code=200,
        responses=success(200, OrderView, EXAMPLE)
        | problems(*ACTING, IllegalMove, Outdated, body=True),
    )
    async def refund_order(
        self,
        request: JsonRequest,
        order_id: FromPath[UUID],
        data: Annotated[
            RefundOrdered, example({"reason": "the parcel was lost", "borne_by": "exchange"})
        ],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[OrderView]:
        """Refund a paid order. If the pair is not delivered yet, this cancels the order."""
        refund = application.orders.refund_order
        return await _act(
            request,
            application,
            idempotency_key,
            lambda: refund(
                request.user, OrderId(order_id), reason=data.reason, borne_by=data.borne_by
            ),
        )

    @post(
        "/carrier-receipt",
        summary="Note that the carrier had the pair",
        status_code=200,
        responses=success(200, OrderView, EXAMPLE)
        | problems(*ACTING, IllegalMove, Outdated, body=True),
    )
    async def note_carrier_receipt(
        self,
        request: JsonRequest,
        order_id: FromPath[UUID],
        data: Annotated[ReasonGiven, example({"reason": "the carrier sent us its receipt"})],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[OrderView]:
        """Note that the carrier had the pair, so that its seller owes no penalty."""
        note = application.orders.note_carrier_receipt
        return await _act(
            request,
            application,
            idempotency_key,
            lambda: note(request.user, OrderId(order_id), reason=data.reason),
        )

    @post(
        "/complaint-decision",
        summary="Decide a complaint",
        status_code=200,
        responses=success(200, OrderView, EXAMPLE)
        | problems(*ACTING, IllegalMove, Outdated, InvalidDecision, body=True),
    )
    async def decide_complaint(
        self,
        request: JsonRequest,
        order_id: FromPath[UUID],
        data: Annotated[
            ComplaintDecision,
            example({"in_favour_of": "seller", "reason": "the photos show the right pair"}),
        ],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[OrderView]:
        """Decide a complaint. Until a pair is back, the decision can be changed."""
        decide = application.orders.decide_complaint
        return await _act(
            request,
            application,
            idempotency_key,
            lambda: decide(
                request.user,
                OrderId(order_id),
                in_favour_of=Role(data.in_favour_of),
                reason=data.reason,
                borne_by=data.borne_by,
                waive_return=data.waive_return,
            ),
        )

    @post(
        "/payout",
        summary="Retry a payout",
        status_code=202,
        responses=success(
            202,
            PayoutRequested,
            {"order_id": "01890a5e-0c12-7d33-8a4e-1c2d3e4f5a6b", "requested": True},
        )
        | problems(*ACTING, PayoutStopped, PayoutNotOpen, PayoutAccountMissing, body=True),
    )
    async def pay_out_again(
        self,
        request: JsonRequest,
        order_id: FromPath[UUID],
        data: Annotated[ReasonGiven, example({"reason": "the seller's bank mended the account"})],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[PayoutRequested]:
        """Retry a payout that the provider refused or did not answer."""

        async def run() -> PayoutRequested:
            await application.payments.pay_out_again(
                request.user, OrderId(order_id), reason=data.reason
            )
            return PayoutRequested(order_id, requested=True)

        return await once(request, application, await request_key(request, idempotency_key), run)


async def _act(
    request: JsonRequest,
    application: App,
    key: str | None,
    use_case: Callable[[], Awaitable[Order]],
) -> Response[Any]:
    async def run() -> OrderView:
        return order_view(show_order(await use_case(), request.user))

    return await once(request, application, await request_key(request, key), run)
