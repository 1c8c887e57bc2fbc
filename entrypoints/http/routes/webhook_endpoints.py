"""Webhook endpoints of users: where events are sent that concern them."""

from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, post, put
from litestar.params import FromPath
from msgspec import Meta

from ....ports.language.errors import (
    AccountClosed,
    EmailNotProven,
    EndpointDisabled,
    IdempotencyKeyReused,
    InvalidText,
    NotFound,
    TooManyEndpoints,
    TooManyWaiting,
)
from ....ports.language.ids import WebhookEndpointId
from ....ports.language.text import MAX_URL
from ....ports.language.webhook_endpoints import DisabledBecause, WebhookEndpoint
from ....ports.language.webhook_events import KINDS
from ..edge.idempotency import KeyHeader, once, request_key
from ..edge.injected import App
from ..edge.json_body import JsonRequest
from ..edge.json_response import JsonResponse
from ..edge.key_scopes import FOR_READERS
from ..edge.paging import DEFAULT_LIMIT, Cursor, Limit, listing, page_request
from ..hidden import Hidden
from ..openapi.documented import example, problems, success
from .webhook_log import WebhookView, webhook_view

Kinds: TypeAlias = Annotated[
    list[Annotated[str, Meta(min_length=1, max_length=64)]],
    Meta(min_length=1, max_length=len(KINDS), description="Kinds of events: see docs/webhooks.md."),
]
EndpointUrl: TypeAlias = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=MAX_URL,
        description="An https:// URL on port 443 or 8443, whose host has only public addresses.",
    ),
]


class NewEndpoint(msgspec.Struct, forbid_unknown_fields=True):
    """Where events of some kinds are sent."""

    url: EndpointUrl
    kinds: Kinds


class EndpointChange(msgspec.Struct, forbid_unknown_fields=True):
    """Other kinds of events, and whether anything is sent. The URL never changes."""

    kinds: Kinds
    enabled: bool = True


class EndpointView(msgspec.Struct, frozen=True):
    """A webhook endpoint."""

    id: UUID
    owner_id: UUID
    url: str
    kinds: list[str]
    everything: bool
    """Whether it gets the events of all users. An admin has to register such an endpoint."""
    created_at: datetime
    secret_version: int
    """Grows with every rotation of the secret."""
    enabled: bool
    disabled: DisabledBecause | None
    """Why it gets no events."""
    failing_since: datetime | None
    """Since when every attempt has failed. After some days of this it is disabled."""


class EndpointWithSecret(Hidden, msgspec.Struct, frozen=True):
    """A webhook endpoint with its secret, which is shown this once. Keep it."""

    endpoint: EndpointView
    secret: str
    """Checks the signatures, by the scheme of Standard Webhooks."""


class EndpointListing(msgspec.Struct, frozen=True):
    """A page of webhook endpoints, newest first."""

    items: list[EndpointView]
    next_cursor: UUID | None


def endpoint_view(endpoint: WebhookEndpoint) -> EndpointView:
    """Return an endpoint as a response."""
    return EndpointView(
        id=endpoint.id,
        owner_id=endpoint.owner_id,
        url=endpoint.url,
        kinds=list(endpoint.kinds),
        everything=endpoint.everything,
        created_at=endpoint.created_at,
        secret_version=endpoint.secret_version,
        enabled=endpoint.disabled is None,
        disabled=endpoint.disabled,
        failing_since=endpoint.failing_since,
    )


def with_secret(
    application: App, answer: JsonResponse[EndpointView]
) -> Response[EndpointWithSecret]:
    """Return a response with an endpoint, and its secret besides.

    What is stored for an idempotency key has no secret; it is derived again.
    """
    content = answer.content
    if isinstance(content, bytes):
        content = msgspec.json.decode(content, type=EndpointView)
    secret = application.outgoing_webhooks.rotate_secret.secret(
        WebhookEndpointId(content.id), content.secret_version
    )
    shown = EndpointWithSecret(content, secret)
    return JsonResponse(shown, status_code=answer.status_code, headers=answer.headers)


_NEW = {"url": "https://hooks.example.com/solebook", "kinds": ["order.created", "order.shipped"]}
EXAMPLE = {
    "id": "01890a5e-3f20-7c6d-9b1a-5e4d3c2b1a10",
    "owner_id": "01890a5d-0000-7000-8000-000000000001",
    **_NEW,
    "everything": False,
    "created_at": "2026-03-01T12:00:00Z",
    "secret_version": 1,
    "enabled": True,
    "disabled": None,
    "failing_since": None,
}
SECRET_EXAMPLE = {
    "endpoint": EXAMPLE,
    "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw5vS1Kk2kQ8E=",
}


class WebhookEndpointsController(Controller):
    """Webhook endpoints."""

    path = "/v1/webhooks"
    tags = ("webhooks",)
    opt = FOR_READERS

    @post(
        summary="Register a webhook endpoint",
        responses=success(201, EndpointWithSecret, SECRET_EXAMPLE)
        | problems(
            InvalidText,
            EmailNotProven,
            AccountClosed,
            TooManyEndpoints,
            IdempotencyKeyReused,
            body=True,
        ),
    )
    async def create_endpoint(
        self,
        request: JsonRequest,
        data: Annotated[NewEndpoint, example(_NEW)],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[EndpointWithSecret]:
        """Register where events of some kinds are sent, and get the secret that signs them.

        You get the events that concern you, and those of the market.
        """

        async def run() -> EndpointView:
            create = application.outgoing_webhooks.create_endpoint
            return endpoint_view(await create(request.user, url=data.url, kinds=data.kinds))

        key = await request_key(request, idempotency_key)
        return with_secret(application, await once(request, application, key, run))

    @get(summary="List your webhook endpoints", responses=problems())
    async def list_endpoints(
        self,
        request: JsonRequest,
        application: App,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> EndpointListing:
        """Return your endpoints, newest first."""
        page = await application.outgoing_webhooks.list_endpoints(
            request.user, page_request(limit, cursor)
        )
        return listing(EndpointListing, page, endpoint_view)

    @get(
        "/{endpoint_id:uuid}",
        summary="View a webhook endpoint",
        responses=success(200, EndpointView, EXAMPLE) | problems(NotFound),
    )
    async def view_endpoint(
        self, request: JsonRequest, endpoint_id: FromPath[UUID], application: App
    ) -> EndpointView:
        """Return one of your endpoints."""
        view = application.outgoing_webhooks.list_endpoints.one
        return endpoint_view(await view(request.user, WebhookEndpointId(endpoint_id)))

    @put(
        "/{endpoint_id:uuid}",
        summary="Change a webhook endpoint",
        responses=success(200, EndpointView, EXAMPLE) | problems(NotFound, InvalidText, body=True),
    )
    async def change_endpoint(
        self,
        request: JsonRequest,
        endpoint_id: FromPath[UUID],
        data: Annotated[EndpointChange, example({"kinds": ["order.shipped"], "enabled": True})],
        application: App,
    ) -> EndpointView:
        """Choose other kinds of events, or disable or enable an endpoint.

        What waits when it is disabled is in the log, and can be replayed.
        """
        changed = await application.outgoing_webhooks.change_endpoint(
            request.user,
            WebhookEndpointId(endpoint_id),
            kinds=data.kinds,
            enabled=data.enabled,
        )
        return endpoint_view(changed)

    @delete(
        "/{endpoint_id:uuid}", summary="Delete a webhook endpoint", responses=problems(NotFound)
    )
    async def remove_endpoint(
        self, request: JsonRequest, endpoint_id: FromPath[UUID], application: App
    ) -> None:
        """Delete an endpoint and its log."""
        remove = application.outgoing_webhooks.remove_endpoint
        await remove(request.user, WebhookEndpointId(endpoint_id))

    @post(
        "/{endpoint_id:uuid}/secret",
        summary="Get a new secret",
        status_code=200,
        responses=success(200, EndpointWithSecret, SECRET_EXAMPLE)
        | problems(NotFound, IdempotencyKeyReused),
    )
    async def rotate_secret(
        self,
        request: JsonRequest,
        endpoint_id: FromPath[UUID],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[EndpointWithSecret]:
        """Return a new secret. For a day, webhooks are signed with the one before too."""

        async def run() -> EndpointView:
            rotate = application.outgoing_webhooks.rotate_secret
            return endpoint_view(await rotate(request.user, WebhookEndpointId(endpoint_id)))

        key = await request_key(request, idempotency_key)
        return with_secret(application, await once(request, application, key, run))

    @post(
        "/{endpoint_id:uuid}/test",
        summary="Send a test",
        status_code=202,
        responses=success(202, WebhookView, WebhookView.EXAMPLE)
        | problems(NotFound, EndpointDisabled, TooManyWaiting, IdempotencyKeyReused),
    )
    async def send_test(
        self,
        request: JsonRequest,
        endpoint_id: FromPath[UUID],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[WebhookView]:
        """Have a `webhook.test` sent to an endpoint. The log has what came of it."""

        async def run() -> WebhookView:
            send = application.outgoing_webhooks.send_test
            return webhook_view(await send(request.user, WebhookEndpointId(endpoint_id)))

        return await once(request, application, await request_key(request, idempotency_key), run)
