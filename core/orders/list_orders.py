"""A user lists their orders; staff list everybody's."""

from collections.abc import Mapping
from dataclasses import dataclass

from ...ports.language.errors import Forbidden
from ...ports.language.market import Side
from ...ports.language.orders import OrderStatus
from ...ports.language.paging import Page, PageRequest
from ...ports.language.users import Actor, Role
from ...ports.orders import Orders
from .shown_orders import ShownOrder, show_order

_SIDES: Mapping[Role | None, Side] = {Role.BUYER: Side.BID, Role.SELLER: Side.ASK}


@dataclass(frozen=True, slots=True)
class ListOrders:
    """Orders, newest first, a page at a time, each as the one who asks sees it."""

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

        As a buyer these are the own purchases, as a seller the own sales, without a role both; as
        an authenticator or an admin everybody's orders. With a `status` only those in it. Raises
        Forbidden to those who do not hold the role of staff that they ask in.
        """
        if role in (Role.AUTHENTICATOR, Role.ADMIN):
            if not actor.has(role):
                raise Forbidden(action="list everybody's orders", needs=f"an {role}")
            page = await self.orders.all(request, status)
        else:
            page = await self.orders.of_user(actor.user_id, request, _SIDES.get(role), status)
        return Page(tuple(show_order(order, actor) for order in page.items), page.next_cursor)
