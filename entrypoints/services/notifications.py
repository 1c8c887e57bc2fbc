"""NotificationService: what a user was told."""

from ...ports.language.api_tokens import KeyScope
from ..http.routes.notifications import NotificationListing, notification_view
from .rpc import Context, Who, rpc
from .shapes import Paged


class NotificationsQuestion(Paged, forbid_unknown_fields=True, kw_only=True):
    """A page of notifications, all or the unread ones."""

    unread: bool = False


async def get_notifications(
    context: Context, request: NotificationsQuestion
) -> NotificationListing:
    """Return a page of the user's notifications of the last year, newest first."""
    page = await context.application.notifications.list_notifications(
        context.actor, request.page, unread_only=request.unread
    )
    return NotificationListing(
        items=[notification_view(notification) for notification in page.items],
        next_cursor=page.next_cursor,
        unread=page.unread,
    )


RPCS = (
    rpc(
        "NotificationService",
        "GetNotifications",
        get_notifications,
        Who.USER,
        key_scope=KeyScope.READ,
    ),
)
