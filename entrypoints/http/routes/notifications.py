"""Notifications of a user."""

from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec
from litestar import Controller, get, patch
from litestar.params import FromPath, QueryParameter

from ....ports.language.errors import NotFound
from ....ports.language.ids import NotificationId
from ....ports.language.notifications import Notification, NotificationKind
from ..edge.injected import App
from ..edge.json_body import JsonRequest
from ..edge.key_scopes import FOR_TRADERS
from ..edge.paging import DEFAULT_LIMIT, Cursor, Limit, page_request
from ..openapi.documented import example, problems, success

UnreadFilter: TypeAlias = Annotated[
    bool, QueryParameter(description="`true`: only unread notifications.")
]


class NotificationView(msgspec.Struct, frozen=True):
    """A notification in one line, with the order or product that it is about."""

    id: UUID
    kind: NotificationKind
    subject: str
    text: str
    order_id: UUID | None
    product_id: UUID | None
    created_at: datetime
    read_at: datetime | None


class NotificationListing(msgspec.Struct, frozen=True):
    """A page of notifications, newest first, and the number of unread ones on all pages."""

    items: list[NotificationView]
    next_cursor: UUID | None
    unread: int


class Reading(msgspec.Struct, forbid_unknown_fields=True):
    """Whether the notification was read."""

    read: bool


def notification_view(notification: Notification) -> NotificationView:
    """Return a notification as a response."""
    return NotificationView(
        id=notification.id,
        kind=notification.notice.KIND,
        subject=notification.subject,
        text=notification.brief,
        order_id=notification.notice.order_id,
        product_id=notification.notice.product_id,
        created_at=notification.created_at,
        read_at=notification.read_at,
    )


_EXAMPLE = {
    "id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "kind": "order_auth_passed",
    "subject": "Your pair is authentic: Nike Dunk Low White/Black",
    "text": "Your Nike Dunk Low White/Black passed authentication, and we send it to you next.",
    "order_id": "01890a5d-ac96-774b-bcce-b302099a8058",
    "product_id": "01890a5d-ac96-774b-bcce-b302099a8059",
    "created_at": "2026-03-01T12:00:00Z",
    "read_at": None,
}


class NotificationsController(Controller):
    """Notifications."""

    path = "/v1/notifications"
    tags = ("notifications",)
    opt = FOR_TRADERS

    @get(
        summary="List your notifications",
        responses=success(
            200, NotificationListing, {"items": [_EXAMPLE], "next_cursor": None, "unread": 1}
        )
        | problems(),
    )
    async def list_notifications(
        self,
        request: JsonRequest,
        application: App,
        unread: UnreadFilter = False,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> NotificationListing:
        """Return your notifications of the last year, newest first."""
        page = await application.notifications.list_notifications(
            request.user, page_request(limit, cursor), unread_only=unread
        )
        return NotificationListing(
            items=[notification_view(notification) for notification in page.items],
            next_cursor=page.next_cursor,
            unread=page.unread,
        )

    @patch(
        "/{notification_id:uuid}",
        summary="Mark as read or unread",
        responses=success(200, NotificationView, _EXAMPLE | {"read_at": "2026-03-01T12:05:00Z"})
        | problems(NotFound, body=True),
    )
    async def mark_notification(
        self,
        request: JsonRequest,
        notification_id: FromPath[UUID],
        data: Annotated[Reading, example({"read": True})],
        application: App,
    ) -> NotificationView:
        """Mark a notification as read or unread. Marking it read again keeps the first time."""
        marked = await application.notifications.mark_notification(
            request.user, NotificationId(notification_id), read=data.read
        )
        return notification_view(marked)
