"""Dead letters: messages that failed after all retries."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from .....ports.language import errors
from .....ports.language.errors import (
    IdempotencyKeyReused,
    InvalidText,
    NotFound,
    PartyToTheOrder,
    Refusal,
)
from .....ports.language.ids import MessageId
from .....ports.language.messages import Delivery
from .....ports.language.users import Role
from ...edge.idempotency import KeyHeader, once, request_key
from ...edge.injected import App
from ...edge.json_body import JsonRequest
from ...edge.key_scopes import FOR_ADMINS
from ...edge.paging import DEFAULT_LIMIT, Cursor, Limit, listing, page_request
from ...edge.roles import requires
from ...openapi.documented import example, problems, success
from .reasons import ReasonGiven


class DeadLetterView(msgspec.Struct, frozen=True):
    """A message that a consumer could not handle after all retries. It contains no personal data.

    `about` is the id of the order, user or other object that it is about. For a bug, `error` is
    only its type, because its text could contain user input; the text is in the log.
    """

    id: UUID
    subject: str
    about: str
    consumer: str
    error: str
    attempts: int
    occurred_at: datetime


class DeadLetterListing(msgspec.Struct, frozen=True):
    """A page of dead letters, newest first."""

    items: list[DeadLetterView]
    next_cursor: UUID | None


def dead_letter_view(delivery: Delivery) -> DeadLetterView:
    """Return a dead letter as a response."""
    return DeadLetterView(
        id=delivery.id,
        subject=delivery.message.subject,
        about=delivery.message.key,
        consumer=delivery.consumer,
        error=shown_error(delivery.error),
        attempts=delivery.attempts,
        occurred_at=delivery.message.occurred_at,
    )


_NAMES_NOBODY = frozenset(
    kind.__name__
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, Refusal) and kind is not errors.EmailTaken
)
"""The refusals whose texts contain only ids, amounts and terms of the market."""


def shown_error(error: str) -> str:
    """Return an error, `Kind: text`, without the text if it could contain user input.

    >>> shown_error("KeyError: 'buyer@example.com'")
    'KeyError'
    """
    kind = error.partition(":")[0]
    return error if kind in _NAMES_NOBODY else kind


_EXAMPLE = {
    "id": "01a20865-5255-76b6-b569-2780c4781b78",
    "subject": "webhook.received",
    "about": "01890a5e-0c12-7d33-8a4e-1c2d3e4f5a6b",
    "consumer": "payments.handle_webhook:webhook.received",
    "error": "Unavailable: the payment provider is unavailable; try again in 1 s",
    "attempts": 15,
    "occurred_at": "2026-03-01T12:00:00Z",
}


class DeadLettersController(Controller):
    """Dead letters."""

    path = "/v1/admin/dead-letters"
    tags = ("admin",)
    opt = FOR_ADMINS

    @get(
        summary="List dead letters",
        guards=[requires(Role.ADMIN)],
        responses=success(200, DeadLetterListing, {"items": [_EXAMPLE], "next_cursor": None})
        | problems(),
    )
    async def list_dead_letters(
        self,
        request: JsonRequest,
        application: App,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> DeadLetterListing:
        """Return dead letters, newest first. Each is work that was not done."""
        page = await application.operations.list_dead_letters(
            request.user, page_request(limit, cursor)
        )
        return listing(DeadLetterListing, page, dead_letter_view)

    @post(
        "/{letter_id:uuid}/replay",
        summary="Replay a dead letter",
        status_code=200,
        guards=[requires(Role.ADMIN)],
        responses=success(200, DeadLetterView, _EXAMPLE | {"attempts": 0})
        | problems(
            NotFound,
            InvalidText,
            IdempotencyKeyReused,
            PartyToTheOrder,
            body=True,
        ),
    )
    async def replay_dead_letter(
        self,
        request: JsonRequest,
        letter_id: FromPath[UUID],
        data: Annotated[ReasonGiven, example({"reason": "the provider answers again"})],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[DeadLetterView]:
        """Handle a dead letter again. This is always safe, because handling is idempotent."""

        async def run() -> DeadLetterView:
            return dead_letter_view(
                await application.operations.replay_dead_letter(
                    request.user, MessageId(letter_id), reason=data.reason
                )
            )

        return await once(request, application, await request_key(request, idempotency_key), run)
