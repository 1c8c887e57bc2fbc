"""View the reservation of an order."""

from dataclasses import dataclass

from ...ports.language.catalog import Reservation
from ...ports.language.ids import OrderId
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.stock import Stock


@dataclass(frozen=True, slots=True)
class ViewReservation:
    """An admin views the unit of stock that is reserved for an order."""

    stock: Stock

    async def __call__(self, actor: Actor, order_id: OrderId) -> Reservation | None:
        """Return the order's reservation, or None if it has none. Raises Forbidden."""
        check_role(actor, Role.ADMIN, "view reservations")
        return await self.stock.find(order_id)
