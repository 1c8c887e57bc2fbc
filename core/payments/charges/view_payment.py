"""View what you paid for an order."""

from dataclasses import dataclass

from ....ports.language.errors import NotFound
from ....ports.language.ids import OrderId
from ....ports.language.payments import Payment
from ....ports.language.users import Actor
from ....ports.payments import Payments


@dataclass(frozen=True, slots=True)
class ViewPayment:
    """Shows the payment of an order to its buyer. To everybody else it does not exist."""

    payments: Payments

    async def __call__(self, actor: Actor, order_id: OrderId) -> Payment:
        """Return the payment. Raises NotFound."""
        payment = await self.payments.find(order_id)
        if payment is None or payment.buyer_id != actor.user_id:
            raise NotFound(what="payment", id=order_id)
        return payment
