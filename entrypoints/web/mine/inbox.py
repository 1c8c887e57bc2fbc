"""The page of one's notifications."""

from enum import StrEnum
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from ....ports.language.ids import NotificationId
from ....ports.language.notifications import Notification, PriceDroppedNotice
from ....ports.language.paging import PageRequest
from ...http.edge.injected import App
from ...http.edge.paging import Cursor
from ..choices import Choice, chosen
from ..pages import ThePage
from ..posted import TheForm, local_path
from ..visitor import User

_A_PAGE = 20


class Mark(StrEnum):
    """Whether a notification was read."""

    READ = "read"
    UNREAD = "unread"


class InboxPages(Controller):
    """Your notifications."""

    path = "/inbox"

    @get()
    async def view_inbox(
        self,
        page: ThePage,
        user: User,
        application: App,
        only: Choice = "",
        cursor: Cursor = None,
    ) -> Response[bytes]:
        """List your notifications of the last year, newest first. Raises InvalidText."""
        mark = chosen("only", only, Mark)
        found = await application.notifications.list_notifications(
            user.actor, PageRequest(_A_PAGE, cursor), unread_only=mark is Mark.UNREAD
        )
        query = f"cursor={cursor}" if cursor else ""
        return page.shows(
            "mine/inbox",
            notifications=found.items,
            about={each.id: _about(each) for each in found.items},
            unread_only=mark is Mark.UNREAD,
            unread=found.unread,
            next=found.next_cursor,
            here=f"/inbox?only={only}&{query}",
        )

    @post("/{notification_id:uuid}/{mark:str}")
    async def mark_notification(
        self,
        page: ThePage,
        user: User,
        form: TheForm,
        notification_id: FromPath[UUID],
        mark: FromPath[Mark],
        application: App,
    ) -> Response[bytes]:
        """Mark a notification as read or unread, and lead back to the list."""
        await application.notifications.mark_notification(
            user.actor, NotificationId(notification_id), read=mark is Mark.READ
        )
        back = local_path(form.text("back"))
        return page.leads_to(back if back.startswith("/inbox") else "/inbox")


def _about(notification: Notification) -> str:
    """Return the path of what a notification is about, or nothing."""
    notice = notification.notice
    if notice.order_id is not None:
        return f"/orders/{notice.order_id}"
    if isinstance(notice, PriceDroppedNotice):
        book = notice.shoe.book
        return f"/products/{book.product_id}?size={book.size}&condition={book.condition}"
    return "" if notice.product_id is None else f"/products/{notice.product_id}"
