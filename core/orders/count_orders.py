"""Count the orders by state."""

from collections.abc import Mapping
from dataclasses import dataclass

from ...ports.language.orders import OrderStatus
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.orders import Orders


@dataclass(frozen=True, slots=True)
class CountOrders:
    """Counts the orders in each state, for admins."""

    orders: Orders

    async def __call__(self, actor: Actor) -> Mapping[OrderStatus, int]:
        """Return the number of orders by state, without empty states. Raises Forbidden."""
        check_role(actor, Role.ADMIN, "count orders")
        return await self.orders.count_by_status()
