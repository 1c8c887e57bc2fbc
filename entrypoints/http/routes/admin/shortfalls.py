"""Unrequested movements of the payment provider: shortfalls and money in suspense."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, post
from litestar.params import FromPath
from msgspec import Meta

from .....ports.language.complaints import Bearer
from .....ports.language.errors import (
    IdempotencyKeyReused,
    InvalidText,
    NoShortfall,
    NotFound,
    NothingInSuspense,
    PartyToTheOrder,
)
from .....ports.language.ids import OrderId
from .....ports.language.users import Role
from ...edge.idempotency import KeyHeader, once, request_key
from ...edge.injected import App
from ...edge.json_body import JsonRequest
from ...edge.key_scopes import FOR_ADMINS
from ...edge.roles import requires
from ...openapi.documented import example, problems, success
from .reasons import ReasonText


class ShortfallDecision(msgspec.Struct, forbid_unknown_fields=True):
    """Who bears what the provider refunded unasked, and why."""

    borne_by: Bearer
    reason: ReasonText


class ShortfallView(msgspec.Struct, frozen=True):
    """The amount that is borne now, in minor units."""

    order_id: UUID
    amount: int
    borne_by: Bearer


class SuspenseWriteOff(msgspec.Struct, forbid_unknown_fields=True):
    """The money to write off, by the provider's name of the charge, refund or payout."""

    name: Annotated[str, Meta(min_length=1, max_length=1_000)]
    reason: ReasonText


class SuspenseView(msgspec.Struct, frozen=True):
    """Money in suspense, in minor units. A negative amount was paid out."""

    name: str
    amount: int


_EXAMPLE = {
    "order_id": "01890a5e-0c12-7d33-8a4e-1c2d3e4f5a6b",
    "amount": 100,
    "borne_by": "exchange",
}


class ShortfallsController(Controller):
    """Unrequested movements of the payment provider."""

    path = "/v1/admin"
    tags = ("admin",)
    opt = FOR_ADMINS
    guards = (requires(Role.ADMIN),)

    @post(
        "/orders/{order_id:uuid}/shortfall",
        summary="Decide who bears a shortfall",
        status_code=200,
        responses=success(200, ShortfallView, _EXAMPLE)
        | problems(
            NotFound,
            PartyToTheOrder,
            NoShortfall,
            InvalidText,
            IdempotencyKeyReused,
            body=True,
        ),
    )
    async def bear_shortfall(
        self,
        request: JsonRequest,
        order_id: FromPath[UUID],
        data: Annotated[
            ShortfallDecision,
            example({"borne_by": "exchange", "reason": "a refund by mistake"}),
        ],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[ShortfallView]:
        """Refill an order's escrow, so that the trade can continue once its payout is released."""

        async def run() -> ShortfallView:
            amount = await application.payments.bear_shortfall(
                request.user, OrderId(order_id), borne_by=data.borne_by, reason=data.reason
            )
            return ShortfallView(order_id, amount, data.borne_by)

        return await once(request, application, await request_key(request, idempotency_key), run)

    @post(
        "/suspense-write-off",
        summary="Write off money in suspense",
        status_code=200,
        responses=success(200, SuspenseView, {"name": "ch_3a4f", "amount": 5_000})
        | problems(NothingInSuspense, InvalidText, IdempotencyKeyReused, body=True),
    )
    async def write_off_suspense(
        self,
        request: JsonRequest,
        data: Annotated[
            SuspenseWriteOff, example({"name": "ch_3a4f", "reason": "nobody asked for it back"})
        ],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[SuspenseView]:
        """Write off money of no known order.

        The exchange bears what was paid out, or keeps what came in.
        """

        async def run() -> SuspenseView:
            amount = await application.payments.write_off_suspense(
                request.user, data.name, reason=data.reason
            )
            return SuspenseView(data.name, amount)

        return await once(request, application, await request_key(request, idempotency_key), run)
