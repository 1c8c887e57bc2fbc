"""View what you paid for orders."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ....ports.language.ids import OrderId
from ....ports.language.payments import Payment
from ....ports.language.users import Actor
from ....ports.payments import Payments


@dataclass(frozen=True, slots=True)
class ViewPayments:
    """Shows the payments of orders to their buyers. To everybody else they do not exist."""

    payments: Payments

    async def __call__(
        self, actor: Actor, order_ids: Collection[OrderId]
    ) -> Mapping[OrderId, Payment]:
        """Return the payments of those of the orders that the actor buys."""
        found = await self.payments.look_up(order_ids)
        return {
            order_id: payment
            for order_id, payment in found.items()
            if payment.buyer_id == actor.user_id
        }
