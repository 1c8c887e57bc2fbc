"""The provider has refunded a buyer: that is recorded."""

from dataclasses import dataclass, replace

from ...ports.clock import Clock
from ...ports.language.complaints import Bearer
from ...ports.language.errors import Unavailable
from ...ports.language.events import PaymentRefunded
from ...ports.language.ids import OrderId
from ...ports.language.orders import PaymentStatus
from ...ports.orders import Orders
from ...ports.outbox import Outbox
from ...ports.payments import Ledger, Payments, Payouts
from ...ports.transaction import Transaction
from .payables import Payables
from .refunds import refund_amount, refunded


@dataclass(frozen=True, slots=True)
class RecordRefund:
    """Keeps a refund, its transfer and the news of it together, whoever brings the answer.

    Who bears it stands on the order. A payout of the order that the provider refused is not paid
    any more, unless the exchange bears the refund.
    """

    transaction: Transaction
    orders: Orders
    payments: Payments
    payouts: Payouts
    ledger: Ledger
    payables: Payables
    outbox: Outbox
    clock: Clock

    async def __call__(self, order_id: OrderId) -> None:
        """Record it, or find that it was. Raises Unavailable for a payment that is not known."""
        async with self.transaction():
            payment = await self.payments.find(order_id)
            if payment is None:
                raise Unavailable(what=f"the payment of order {order_id}")
            if payment.status is not PaymentStatus.REFUND_DUE:
                return
            order, payout = await self.orders.get(order_id), await self.payouts.find(order_id)
            await self.payments.put(replace(payment, status=PaymentStatus.REFUNDED))
            await self.ledger.post(refunded(order, payment, payout, self.clock.now()))
            if payout is not None and order.borne_by is not Bearer.EXCHANGE:
                await self.payables.set_off(order_id)
            await self.outbox.add(PaymentRefunded(order_id, refund_amount(order, payment)))
