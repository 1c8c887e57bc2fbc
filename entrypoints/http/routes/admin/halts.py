"""Halts of books."""

from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath, QueryParameter
from msgspec import Meta

from .....ports.language.errors import (
    HaltEnded,
    IdempotencyKeyReused,
    InvalidSize,
    InvalidText,
    NotFound,
    SizeNotOffered,
)
from .....ports.language.halts import Halt
from .....ports.language.ids import HaltId, ProductId
from .....ports.language.market import Condition
from .....ports.language.users import Role
from ...edge.idempotency import KeyHeader
from ...edge.injected import App
from ...edge.json_body import JsonRequest
from ...edge.key_scopes import FOR_ADMINS
from ...edge.paging import DEFAULT_LIMIT, Cursor, Limit, listing, page_request
from ...edge.roles import requires
from ...openapi.documented import example, problems, success
from .reasons import ReasonGiven
from .requests import RequestView, carried_out, request_responses

StandingFilter: TypeAlias = Annotated[
    bool | None,
    QueryParameter(description="`true`: only active halts; `false`: only ended ones."),
]


class NewHalt(ReasonGiven, forbid_unknown_fields=True):
    """The books to halt, and why. Without a size or a condition, all of them are halted."""

    product_id: UUID
    size: Annotated[str, Meta(min_length=1, max_length=10)] | None = None
    condition: Condition | None = None


class HaltView(msgspec.Struct, frozen=True):
    """Halted books. If size or condition is null, the halt covers all of them."""

    id: UUID
    product_id: UUID
    size: str | None
    condition: Condition | None
    halted_at: datetime
    ended_at: datetime | None


class HaltListing(msgspec.Struct, frozen=True):
    """A page of halts, newest first."""

    items: list[HaltView]
    next_cursor: UUID | None


def halt_view(halt: Halt) -> HaltView:
    """Return a halt as a response."""
    return HaltView(
        id=halt.id,
        product_id=halt.product_id,
        size=halt.size,
        condition=halt.condition,
        halted_at=halt.halted_at,
        ended_at=halt.ended_at,
    )


_HALT_ID = "01890a5e-4c11-7b1c-9c1e-3f5f1f7f3c11"
_PRODUCT_ID = "01890a5d-ac96-774b-bcce-b302099a8057"
_EXAMPLE = {
    "id": _HALT_ID,
    "product_id": _PRODUCT_ID,
    "size": "10.5",
    "condition": None,
    "halted_at": "2026-03-01T12:00:00Z",
    "ended_at": None,
}


class HaltsController(Controller):
    """Halts."""

    path = "/v1/admin/halts"
    tags = ("admin",)
    opt = FOR_ADMINS

    @get(
        summary="List halts",
        guards=[requires(Role.ADMIN)],
        responses=success(200, HaltListing, {"items": [_EXAMPLE], "next_cursor": None})
        | problems(),
    )
    async def list_halts(
        self,
        request: JsonRequest,
        application: App,
        standing: StandingFilter = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> HaltListing:
        """Return halts, newest first."""
        page = await application.bidding.list_halts(
            request.user, page_request(limit, cursor), standing=standing
        )
        return listing(HaltListing, page, halt_view)

    @post(
        summary="Halt a book or a product",
        status_code=200,
        guards=[requires(Role.ADMIN)],
        responses=request_responses({"halt_id": _HALT_ID, "stood_before": False})
        | problems(
            NotFound,
            InvalidSize,
            SizeNotOffered,
            InvalidText,
            IdempotencyKeyReused,
            body=True,
        ),
    )
    async def halt_books(
        self,
        request: JsonRequest,
        data: Annotated[
            NewHalt,
            example(
                {"product_id": _PRODUCT_ID, "size": "10.5", "reason": "the price is a rumour's"}
            ),
        ],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[RequestView]:
        """Halt books.

        Halted books do not trade, quotes can be cancelled, and returning asks wait.
        """
        return await carried_out(
            request,
            application,
            idempotency_key,
            lambda: application.bidding.request_halt(
                request.user,
                ProductId(data.product_id),
                size=data.size,
                condition=data.condition,
                reason=data.reason,
            ),
        )

    @post(
        "/{halt_id:uuid}/end",
        summary="End a halt",
        status_code=200,
        guards=[requires(Role.ADMIN)],
        responses=request_responses({"halt_id": _HALT_ID})
        | problems(NotFound, HaltEnded, InvalidText, IdempotencyKeyReused, body=True),
    )
    async def end_halt(
        self,
        request: JsonRequest,
        halt_id: FromPath[UUID],
        data: Annotated[ReasonGiven, example({"reason": "the maker confirmed the price"})],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[RequestView]:
        """End a halt. Books without another halt open, and waiting asks enter and may match."""
        return await carried_out(
            request,
            application,
            idempotency_key,
            lambda: application.bidding.request_halt_end(
                request.user, HaltId(halt_id), reason=data.reason
            ),
        )
