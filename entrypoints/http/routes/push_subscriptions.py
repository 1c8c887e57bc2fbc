"""Browsers of a user that are subscribed to push messages."""

from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, post
from litestar.params import FromPath
from msgspec import Meta

from ....core.notifications.push_subscriptions import MAX_ENDPOINT
from ....ports.language.errors import AccountClosed, IdempotencyKeyReused, InvalidText, NotFound
from ....ports.language.ids import SubscriptionId
from ....ports.language.notifications import PushSubscription
from ..edge.idempotency import KeyHeader, once, request_key
from ..edge.injected import App
from ..edge.json_body import JsonRequest
from ..edge.key_scopes import FOR_READERS
from ..hidden import Hidden
from ..openapi.documented import example, problems, success


class NewSubscription(Hidden, msgspec.Struct, forbid_unknown_fields=True):
    """A browser's subscription: what `PushSubscription.toJSON()` returns there."""

    endpoint: Annotated[str, Meta(min_length=1, max_length=MAX_ENDPOINT)]
    p256dh: Annotated[str, Meta(min_length=1, max_length=100)]
    auth: Annotated[str, Meta(min_length=1, max_length=100)]


class SubscriptionView(msgspec.Struct, frozen=True):
    """A subscribed browser. `service` is its maker's, which carries the messages."""

    id: UUID
    service: str
    added_at: datetime


class SubscriptionListing(msgspec.Struct, frozen=True):
    """Your browsers, oldest first.

    `server_key` is the `applicationServerKey` for another one, or null if this exchange sends
    nothing to browsers.
    """

    items: list[SubscriptionView]
    server_key: str | None


def subscription_view(subscription: PushSubscription) -> SubscriptionView:
    """Return a subscription as a response, without its keys."""
    service = urlsplit(subscription.endpoint).netloc
    return SubscriptionView(subscription.id, service, subscription.added_at)


_KEY = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
_NEW = {
    "endpoint": "https://fcm.googleapis.com/fcm/send/c0ffee",
    "p256dh": _KEY,
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}
_EXAMPLE = {
    "id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "service": "fcm.googleapis.com",
    "added_at": "2026-03-01T12:00:00Z",
}


class PushSubscriptionsController(Controller):
    """Push subscriptions."""

    path = "/v1/users/me/push-subscriptions"
    tags = ("notifications",)
    opt = FOR_READERS

    @get(
        summary="List your browsers",
        responses=success(200, SubscriptionListing, {"items": [_EXAMPLE], "server_key": _KEY})
        | problems(),
    )
    async def list_subscriptions(
        self, request: JsonRequest, application: App
    ) -> SubscriptionListing:
        """Return your browsers that get push messages. The list is not paged."""
        list_them = application.notifications.list_push_subscriptions
        items = [subscription_view(each) for each in await list_them(request.user)]
        return SubscriptionListing(items, list_them.server_key)

    @post(
        summary="Subscribe a browser",
        responses=success(201, SubscriptionView, _EXAMPLE)
        | problems(InvalidText, IdempotencyKeyReused, AccountClosed, body=True),
    )
    async def add_subscription(
        self,
        request: JsonRequest,
        data: Annotated[NewSubscription, example(_NEW)],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[SubscriptionView]:
        """Send push messages to a browser too. You can have 10; the oldest makes room."""

        async def run() -> SubscriptionView:
            return subscription_view(
                await application.notifications.add_push_subscription(
                    request.user, endpoint=data.endpoint, p256dh=data.p256dh, auth=data.auth
                )
            )

        return await once(request, application, await request_key(request, idempotency_key), run)

    @delete(
        "/{subscription_id:uuid}", summary="Unsubscribe a browser", responses=problems(NotFound)
    )
    async def remove_subscription(
        self, request: JsonRequest, subscription_id: FromPath[UUID], application: App
    ) -> None:
        """Send no more push messages to a browser."""
        await application.notifications.remove_push_subscription(
            request.user, SubscriptionId(subscription_id)
        )
