"""Webhook endpoints for admins."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from .....ports.language.errors import (
    AccountClosed,
    EmailNotProven,
    IdempotencyKeyReused,
    InvalidText,
    NotFound,
    TooManyEndpoints,
)
from .....ports.language.ids import WebhookEndpointId
from .....ports.language.users import Role
from ...edge.idempotency import KeyHeader, once, request_key
from ...edge.injected import App
from ...edge.json_body import JsonRequest
from ...edge.key_scopes import FOR_ADMINS, FOR_NO_KEY
from ...edge.paging import DEFAULT_LIMIT, Cursor, Limit, listing, page_request
from ...edge.roles import requires
from ...openapi.documented import example, problems, success
from ..webhook_endpoints import (
    EXAMPLE,
    SECRET_EXAMPLE,
    EndpointListing,
    EndpointUrl,
    EndpointView,
    EndpointWithSecret,
    Kinds,
    endpoint_view,
    with_secret,
)
from .reasons import ReasonGiven


class NewEndpointOfEverything(ReasonGiven, forbid_unknown_fields=True, kw_only=True):
    """Where events of some kinds are sent, whomever they concern."""

    url: EndpointUrl
    kinds: Kinds


_NEW = {
    "url": "https://warehouse.example.com/events",
    "kinds": ["order.received", "alarm.raised"],
    "reason": "the warehouse's screens",
}


class AdminWebhookEndpointsController(Controller):
    """Webhook endpoints of all users."""

    path = "/v1/admin/webhooks"
    tags = ("admin",)
    opt = FOR_ADMINS

    @get(
        summary="List the webhook endpoints of all users",
        guards=[requires(Role.ADMIN)],
        responses=success(200, EndpointListing, {"items": [EXAMPLE], "next_cursor": None})
        | problems(),
    )
    async def list_all_endpoints(
        self,
        request: JsonRequest,
        application: App,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> EndpointListing:
        """Return all endpoints, newest first."""
        page = await application.outgoing_webhooks.list_endpoints.of_all_users(
            request.user, page_request(limit, cursor)
        )
        return listing(EndpointListing, page, endpoint_view)

    @post(
        summary="Register an endpoint for the events of all users",
        opt=FOR_NO_KEY,
        guards=[requires(Role.ADMIN)],
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
    async def create_endpoint_of_everything(
        self,
        request: JsonRequest,
        data: Annotated[NewEndpointOfEverything, example(_NEW)],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[EndpointWithSecret]:
        """Register an endpoint that gets events whomever they concern, as long as you are an admin.

        Of your own orders it gets your side. It is among your endpoints at `/v1/webhooks`.
        """

        async def run() -> EndpointView:
            create = application.outgoing_webhooks.create_endpoint.of_everything
            endpoint = await create(
                request.user, url=data.url, kinds=data.kinds, reason=data.reason
            )
            return endpoint_view(endpoint)

        key = await request_key(request, idempotency_key)
        return with_secret(application, await once(request, application, key, run))

    @post(
        "/{endpoint_id:uuid}/disablement",
        summary="Disable anybody's webhook endpoint",
        status_code=200,
        guards=[requires(Role.ADMIN)],
        responses=success(200, EndpointView, EXAMPLE | {"enabled": False, "disabled": "admin"})
        | problems(NotFound, InvalidText, IdempotencyKeyReused, body=True),
    )
    async def disable_endpoint(
        self,
        request: JsonRequest,
        endpoint_id: FromPath[UUID],
        data: Annotated[ReasonGiven, example({"reason": "its owner reports a leak"})],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[EndpointView]:
        """Disable an endpoint. Its owner is told, and can enable it again."""

        async def run() -> EndpointView:
            disable = application.outgoing_webhooks.disable_endpoint
            endpoint = await disable(
                request.user, WebhookEndpointId(endpoint_id), reason=data.reason
            )
            return endpoint_view(endpoint)

        return await once(request, application, await request_key(request, idempotency_key), run)
