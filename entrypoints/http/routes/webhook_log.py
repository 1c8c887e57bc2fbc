"""The log of the webhooks that an endpoint was sent, and their replay."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, TypeAlias
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath, QueryParameter

from ....ports.language.errors import (
    EndpointDisabled,
    Forbidden,
    IdempotencyKeyReused,
    NotFound,
    TooManyWaiting,
)
from ....ports.language.ids import OutgoingWebhookId, WebhookEndpointId
from ....ports.language.webhook_endpoints import OutgoingState, OutgoingWebhook
from ..edge.idempotency import KeyHeader, once, request_key
from ..edge.injected import App
from ..edge.json_body import JsonRequest
from ..edge.key_scopes import FOR_READERS
from ..edge.paging import DEFAULT_LIMIT, Cursor, Limit, listing, page_request
from ..openapi.documented import example, problems, success

StateFilter: TypeAlias = Annotated[
    OutgoingState | None, QueryParameter(name="state", description="Only webhooks in this state.")
]


class WebhookView(msgspec.Struct, frozen=True):
    """A webhook, and what came of its last attempt. `webhook_id` is the header of that name."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "id": "01890a5e-3f20-7c6d-9b1a-5e4d3c2b1a11",
        "webhook_id": "msg_01890a5e3f207c6d9b1a5e4d3c2b1a11",
        "kind": "order.shipped",
        "state": "waiting",
        "created_at": "2026-03-05T09:00:00Z",
        "attempts": 1,
        "due_at": "2026-03-05T09:00:05Z",
        "attempted_at": "2026-03-05T09:00:00Z",
        "status": 503,
        "error": "answered 503",
        "took_ms": 120,
    }

    id: UUID
    webhook_id: str
    kind: str
    state: OutgoingState
    created_at: datetime
    attempts: int
    """How many since it was created, or replayed last."""
    due_at: datetime | None
    """When it is tried next."""
    attempted_at: datetime | None
    status: int | None
    """The HTTP status of the last answer."""
    error: str | None
    took_ms: int | None


class WebhookWithBody(msgspec.Struct, frozen=True):
    """A webhook with the body that is sent."""

    webhook: WebhookView
    body: str


class WebhookListing(msgspec.Struct, frozen=True):
    """A page of webhooks, newest first."""

    items: list[WebhookView]
    next_cursor: UUID | None


class ReplayRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Which webhooks are sent again: by default those that failed."""

    since: datetime
    state: OutgoingState = OutgoingState.FAILED


class Replayed(msgspec.Struct, frozen=True):
    """How many webhooks are sent again. If there are 1000, repeat the request for more."""

    replayed: int


def webhook_view(webhook: OutgoingWebhook) -> WebhookView:
    """Return a webhook as a response."""
    return WebhookView(
        id=webhook.id,
        webhook_id=webhook.name,
        kind=webhook.kind,
        state=webhook.state,
        created_at=webhook.created_at,
        attempts=webhook.attempts,
        due_at=webhook.due_at,
        attempted_at=webhook.attempted_at,
        status=webhook.status,
        error=webhook.error,
        took_ms=webhook.took,
    )


_REFUSALS = (Forbidden, NotFound, EndpointDisabled, TooManyWaiting, IdempotencyKeyReused)
_REPLAY = {"since": "2026-03-05T00:00:00Z", "state": "failed"}


class WebhookLogController(Controller):
    """The log of an endpoint."""

    path = "/v1/webhooks/{endpoint_id:uuid}"
    tags = ("webhooks",)
    opt = FOR_READERS

    @get(
        "/log",
        summary="List what an endpoint was sent",
        responses=success(
            200, WebhookListing, {"items": [WebhookView.EXAMPLE], "next_cursor": None}
        )
        | problems(Forbidden, NotFound),
    )
    async def list_webhooks(
        self,
        request: JsonRequest,
        endpoint_id: FromPath[UUID],
        application: App,
        in_state: StateFilter = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> WebhookListing:
        """Return the webhooks of one of your endpoints, newest first. They are kept for days."""
        page = await application.outgoing_webhooks.view_log(
            request.user,
            WebhookEndpointId(endpoint_id),
            page_request(limit, cursor),
            state=in_state,
        )
        return listing(WebhookListing, page, webhook_view)

    @get(
        "/log/{webhook_id:uuid}",
        summary="View a webhook",
        responses=success(
            200, WebhookWithBody, {"webhook": WebhookView.EXAMPLE, "body": '{"type":"..."}'}
        )
        | problems(Forbidden, NotFound),
    )
    async def view_webhook(
        self,
        request: JsonRequest,
        endpoint_id: FromPath[UUID],
        webhook_id: FromPath[UUID],
        application: App,
    ) -> WebhookWithBody:
        """Return a webhook with its body."""
        webhook = await application.outgoing_webhooks.view_log.one(
            request.user, WebhookEndpointId(endpoint_id), OutgoingWebhookId(webhook_id)
        )
        return WebhookWithBody(webhook_view(webhook), webhook.body)

    @post(
        "/log/{webhook_id:uuid}/replay",
        summary="Send a webhook again",
        status_code=202,
        responses=success(202, WebhookView, WebhookView.EXAMPLE) | problems(*_REFUSALS),
    )
    async def replay_webhook(
        self,
        request: JsonRequest,
        endpoint_id: FromPath[UUID],
        webhook_id: FromPath[UUID],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[WebhookView]:
        """Send a webhook again, under the same `webhook-id` and with the same body."""

        async def run() -> WebhookView:
            replay = application.outgoing_webhooks.replay_webhooks.one
            webhook = await replay(
                request.user, WebhookEndpointId(endpoint_id), OutgoingWebhookId(webhook_id)
            )
            return webhook_view(webhook)

        return await once(request, application, await request_key(request, idempotency_key), run)

    @post(
        "/replay",
        summary="Send many webhooks again",
        status_code=202,
        responses=success(202, Replayed, {"replayed": 12}) | problems(*_REFUSALS, body=True),
    )
    async def replay_webhooks(
        self,
        request: JsonRequest,
        endpoint_id: FromPath[UUID],
        data: Annotated[ReplayRequest, example(_REPLAY)],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[Replayed]:
        """Send webhooks in a state again that were created since an instant, up to 1000."""

        async def run() -> Replayed:
            replay = application.outgoing_webhooks.replay_webhooks.since
            number = await replay(
                request.user, WebhookEndpointId(endpoint_id), data.since, data.state
            )
            return Replayed(number)

        return await once(request, application, await request_key(request, idempotency_key), run)
