"""View the receipt of a payment."""

from dataclasses import dataclass

from ....ports.language.errors import NotFound
from ....ports.language.ids import OrderId
from ....ports.language.users import Actor
from ....ports.orders import Orders
from ....ports.payment_provider import PaymentProvider
from ....ports.payments import Payments
from ..patience import Patience


@dataclass(frozen=True, slots=True)
class ViewReceipt:
    """Shows the buyer the provider's receipt of the charge that paid their order.

    It is asked of the provider each time, because such links expire.
    """

    orders: Orders
    payments: Payments
    provider: PaymentProvider
    patience: Patience

    async def __call__(self, actor: Actor, order_id: OrderId) -> str | None:
        """Return the link, or None if the provider has no receipts or nothing was paid.

        Raises NotFound, also for everybody but the buyer, and Unavailable.
        """
        order = await self.orders.get(order_id)
        if actor.user_id != order.buyer_id:
            raise NotFound(what="order", id=order_id)
        payment = await self.payments.find(order_id)
        if payment is None or payment.charge_id is None:
            return None
        return await self.patience.wait_for(self.provider.receipt(payment.charge_id))
