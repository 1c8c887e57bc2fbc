"""List your orders, or everybody's as staff."""

from collections.abc import Mapping
from dataclasses import dataclass

from ...ports.language.errors import Forbidden
from ...ports.language.ids import UserId
from ...ports.language.market import Side
from ...ports.language.orders import OrderStatus
from ...ports.language.paging import Page, PageRequest
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.orders import Orders
from .shown_orders import ShownOrder, show_order

_SIDES: Mapping[Role | None, Side] = {Role.BUYER: Side.BID, Role.SELLER: Side.ASK}


@dataclass(frozen=True, slots=True)
class ListOrders:
    """Lists orders, newest first, with the fields that the actor may see."""

    orders: Orders

    async def __call__(
        self,
        actor: Actor,
        request: PageRequest,
        *,
        role: Role | None = None,
        status: OrderStatus | None = None,
    ) -> Page[ShownOrder]:
        """Return a page of the orders that the actor has in a role.

        A buyer gets their purchases, a seller their sales, and without a role both. An
        authenticator or an admin gets everybody's orders. `status` filters by state. Raises
        Forbidden if the actor does not have the staff role.
        """
        if role in (Role.AUTHENTICATOR, Role.ADMIN):
            if not actor.has(role):
                raise Forbidden(action="list everybody's orders", needs=f"an {role}")
            page = await self.orders.all(request, status)
        else:
            page = await self.orders.of_user(actor.user_id, request, _SIDES.get(role), status)
        return Page(tuple(show_order(order, actor) for order in page.items), page.next_cursor)

    async def of_user(
        self,
        actor: Actor,
        user_id: UserId,
        request: PageRequest,
        *,
        status: OrderStatus | None = None,
    ) -> Page[ShownOrder]:
        """Return a page of any user's orders, bought and sold, for admins. Raises Forbidden."""
        check_role(actor, Role.ADMIN, "list orders of user")
        page = await self.orders.of_user(user_id, request, None, status)
        return Page(tuple(show_order(order, actor) for order in page.items), page.next_cursor)
