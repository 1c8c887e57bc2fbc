"""What the provider answered on a buyer's payment is recorded."""

from dataclasses import dataclass, replace

from ...ports.clock import Clock
from ...ports.language.errors import Unavailable
from ...ports.language.events import (
    PaymentCaptured,
    PaymentRefundDue,
    PaymentRefunded,
    PaymentWasDeclined,
)
from ...ports.language.ids import OrderId
from ...ports.language.orders import PaymentStatus
from ...ports.language.payments import Charge, Payment
from ...ports.outbox import Outbox
from ...ports.payments import Ledger, Payments
from ...ports.transaction import Transaction
from .transfers import captured, refunded


@dataclass(frozen=True, slots=True)
class Escrow:
    """Keeps a payment, its transfers and the news of them together, whoever brings the answer.

    The provider's direct answer and its webhook may both come, in any order and often: the
    first moves the payment on and the others find it moved.
    """

    transaction: Transaction
    payments: Payments
    ledger: Ledger
    outbox: Outbox
    clock: Clock

    async def capture(self, order_id: OrderId, charge: Charge) -> None:
        """The charge succeeded. If the order had ended by then, the money is to go back.

        A second charge, or one of another amount than was asked for, is none that we made
        (AssertionError): somebody has to look at it.
        """
        async with self.transaction():
            payment = await self._known(order_id)
            if payment.charge_id is not None:
                assert payment.charge_id == charge.id, (payment, charge)
                return
            # Nothing was asked for if the order had ended before it could be.
            assert payment.amount in (0, charge.amount), (payment, charge)
            now = self.clock.now()
            paid = replace(payment, amount=charge.amount, charge_id=charge.id)
            if payment.status is PaymentStatus.PENDING:
                await self.payments.put(replace(paid, status=PaymentStatus.CAPTURED))
                await self.outbox.add(PaymentCaptured(order_id, charge.amount))
            else:
                await self.payments.put(replace(paid, status=PaymentStatus.REFUND_DUE))
                await self.outbox.add(PaymentRefundDue(order_id))
            await self.ledger.post(captured(order_id, charge.amount, now))

    async def decline(self, order_id: OrderId, reason: str) -> None:
        """The provider will not charge the buyer."""
        async with self.transaction():
            payment = await self._known(order_id)
            if payment.status is PaymentStatus.PENDING:
                declined = replace(payment, status=PaymentStatus.DECLINED, reason=reason)
                await self.payments.put(declined)
                await self.outbox.add(PaymentWasDeclined(order_id, reason))

    async def refund(self, order_id: OrderId) -> None:
        """The buyer has the money back."""
        async with self.transaction():
            payment = await self._known(order_id)
            if payment.status is PaymentStatus.REFUND_DUE:
                await self.payments.put(replace(payment, status=PaymentStatus.REFUNDED))
                await self.ledger.post(refunded(order_id, payment.amount, self.clock.now()))
                await self.outbox.add(PaymentRefunded(order_id, payment.amount))

    async def _known(self, order_id: OrderId) -> Payment:
        payment = await self.payments.find(order_id)
        if payment is None:
            # Every charge is preceded by its payment. So this one is not ours, or not yet here:
            # it is tried again, and ends among the dead letters where somebody looks at it.
            raise Unavailable(what=f"the payment of order {order_id}")
        return payment
