"""An admin lists the orders whose payouts are frozen."""

from dataclasses import dataclass

from ...ports.language.paging import Page, PageRequest
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.orders import Orders
from .shown_orders import ShownOrder, show_order


@dataclass(frozen=True, slots=True)
class ListFrozenOrders:
    """Orders whose payouts wait until a freeze is lifted, newest first."""

    orders: Orders

    async def __call__(self, actor: Actor, request: PageRequest) -> Page[ShownOrder]:
        """Return a page of them, each as the admin sees it. Raises Forbidden."""
        check_role(actor, Role.ADMIN, "list frozen orders")
        page = await self.orders.frozen(request)
        return Page(tuple(show_order(order, actor) for order in page.items), page.next_cursor)
