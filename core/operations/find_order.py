"""Find an order as an admin."""

from dataclasses import dataclass

from ...ports.language.ids import OrderId
from ...ports.language.orders import Order
from ...ports.language.payments import Payment, Payout
from ...ports.language.staff import check_role
from ...ports.language.users import Actor, Role
from ...ports.orders import Orders
from ...ports.payments import Payments, Payouts


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """An order with its payment and payout, as shown to staff."""

    order: Order
    payment: Payment | None
    payout: Payout | None


@dataclass(frozen=True, slots=True)
class FindOrder:
    """An admin views an order with its payment and its payout."""

    orders: Orders
    payments: Payments
    payouts: Payouts

    async def __call__(self, actor: Actor, order_id: OrderId) -> OrderRecord:
        """Return the order with this id. Raises Forbidden, NotFound."""
        check_role(actor, Role.ADMIN, "find orders")
        return OrderRecord(
            order=await self.orders.get(order_id),
            payment=await self.payments.find(order_id),
            payout=await self.payouts.find(order_id),
        )
