"""List the orders whose payouts are frozen."""

from dataclasses import dataclass

from ...ports.language.paging import Page, PageRequest
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.orders import Orders
from .shown_orders import ShownOrder, show_order


@dataclass(frozen=True, slots=True)
class ListFrozenOrders:
    """Lists the orders whose payouts are frozen, newest first, for admins."""

    orders: Orders

    async def __call__(self, actor: Actor, request: PageRequest) -> Page[ShownOrder]:
        """Return a page of orders as the admin may see them. Raises Forbidden."""
        check_role(actor, Role.ADMIN, "list frozen orders")
        page = await self.orders.frozen(request)
        return Page(tuple(show_order(order, actor) for order in page.items), page.next_cursor)
