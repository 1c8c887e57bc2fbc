"""Withdrawal of quotes by admins."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, post
from litestar.params import FromPath
from msgspec import Meta

from .....ports.language.audit import MAX_REASON
from .....ports.language.errors import (
    IdempotencyKeyReused,
    InvalidText,
    NotFound,
    QuoteNotActive,
)
from .....ports.language.ids import QuoteId
from .....ports.language.users import Role
from ...edge.idempotency import KeyHeader
from ...edge.injected import App
from ...edge.json_body import JsonRequest
from ...edge.key_scopes import FOR_ADMINS
from ...edge.roles import requires
from ...openapi.documented import example, problems
from .reasons import ReasonGiven
from .requests import RequestView, carried_out, request_responses

Note = Annotated[
    str, Meta(min_length=1, max_length=MAX_REASON, description="For the owner of the quote.")
]


class Withdrawal(ReasonGiven, forbid_unknown_fields=True):
    """The reason of a withdrawal. The owner sees the note but not the reason."""

    note: Note | None = None


class AdminQuotesController(Controller):
    """Quotes of all users."""

    path = "/v1/admin/quotes"
    tags = ("admin",)
    opt = FOR_ADMINS

    @post(
        "/{quote_id:uuid}/withdrawal",
        summary="Withdraw a quote",
        status_code=200,
        guards=[requires(Role.ADMIN)],
        responses=request_responses({"status": "cancelled"})
        | problems(NotFound, QuoteNotActive, InvalidText, IdempotencyKeyReused, body=True),
    )
    async def withdraw_quote(
        self,
        request: JsonRequest,
        quote_id: FromPath[UUID],
        data: Annotated[
            Withdrawal,
            example({"reason": "the amount is a typing error", "note": "please check the amount"}),
        ],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[RequestView]:
        """Withdraw a bid or an ask of any user. Its owner is notified."""
        return await carried_out(
            request,
            application,
            idempotency_key,
            lambda: application.bidding.request_withdrawal(
                request.user, QuoteId(quote_id), reason=data.reason, note=data.note
            ),
        )
