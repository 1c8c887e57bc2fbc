"""List what the parties to an order were told about it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ...ports.language.ids import OrderId, UserId
from ...ports.language.notifications import Notification
from ...ports.language.paging import MAX_PAGE, PageRequest
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.notifications import Notifications


@dataclass(frozen=True, slots=True)
class ListOrderLetters:
    """An admin sees the notifications about an order that its parties read in the app.

    Notifications are kept by user, and not by order. So it looks at the newest hundred of each.
    """

    notifications: Notifications

    async def __call__(
        self, actor: Actor, order_id: OrderId, parties: Collection[UserId]
    ) -> Sequence[Notification]:
        """Return the notifications, oldest first. Raises Forbidden."""
        check_role(actor, Role.ADMIN, "list letters about orders")
        found: list[Notification] = []
        for user_id in parties:
            page = await self.notifications.of_user(user_id, PageRequest(MAX_PAGE))
            found += [each for each in page.items if each.notice.order_id == order_id]
        return sorted(found, key=lambda each: (each.created_at, each.id))
