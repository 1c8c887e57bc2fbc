"""What the provider answered on a buyer's payment is recorded."""

from dataclasses import dataclass, replace

from ...ports.clock import Clock
from ...ports.language.deadlines import Deadline, DeadlineKind
from ...ports.language.errors import Unavailable
from ...ports.language.events import (
    PaymentCaptured,
    PaymentCleared,
    PaymentRefundDue,
    PaymentWasDeclined,
)
from ...ports.language.ids import OrderId
from ...ports.language.orders import PaymentStatus
from ...ports.language.payments import Charge, Payment
from ...ports.language.rules import MarketRules
from ...ports.outbox import Deadlines, Outbox
from ...ports.payments import Ledger, Payments
from ...ports.transaction import Transaction
from .transfers import captured


@dataclass(frozen=True, slots=True)
class Escrow:
    """Keeps a payment, its transfers and the news of them together, whoever brings the answer.

    The provider's direct answer and its webhook may both come, in any order and often: the
    first moves the payment on and the others find it moved.
    """

    transaction: Transaction
    payments: Payments
    ledger: Ledger
    deadlines: Deadlines
    outbox: Outbox
    clock: Clock
    rules: MarketRules

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
            paid = self._answered(replace(payment, amount=charge.amount, charge_id=charge.id))
            if payment.status is PaymentStatus.PENDING:
                await self.payments.put(replace(paid, status=PaymentStatus.CAPTURED))
                await self.outbox.add(PaymentCaptured(order_id, charge.amount))
            else:
                await self.payments.put(replace(paid, status=PaymentStatus.REFUND_DUE))
                await self.outbox.add(PaymentRefundDue(order_id))
            await self.ledger.post(captured(order_id, charge.amount, self.clock.now()))

    async def wait(self, order_id: OrderId) -> None:
        """The provider took the charge and tells its outcome later: the payment window begins."""
        async with self.transaction():
            payment = await self._known(order_id)
            if payment.status is PaymentStatus.PENDING and payment.answered_at is None:
                await self.payments.put(self._answered(payment))
                ends_at = self.clock.now() + self.rules.payment_window
                await self.deadlines.set(Deadline(DeadlineKind.PAYMENT, order_id, ends_at))

    async def decline(self, order_id: OrderId, reason: str) -> None:
        """The provider will not charge the buyer."""
        await self.refuse(order_id, reason)

    async def refuse(self, order_id: OrderId, reason: str) -> None:
        """The buyer is not charged, whoever said so."""
        async with self.transaction():
            payment = await self._known(order_id)
            if payment.status is PaymentStatus.PENDING:
                declined = replace(payment, status=PaymentStatus.DECLINED, reason=reason)
                await self.payments.put(self._answered(declined))
                await self.outbox.add(PaymentWasDeclined(order_id, reason))
            elif payment.status is PaymentStatus.UNKNOWN:
                await self._clear(payment)

    async def clear(self, payment: Payment) -> None:
        """It is known by now that the buyer of an order that had ended was not charged."""
        async with self.transaction():
            if await self._known(payment.order_id) == payment:
                await self._clear(payment)

    async def _clear(self, payment: Payment) -> None:
        await self.payments.put(replace(payment, status=PaymentStatus.ABANDONED))
        await self.outbox.add(PaymentCleared(payment.order_id))

    def _answered(self, payment: Payment) -> Payment:
        """Note when the provider answered first."""
        return replace(payment, answered_at=payment.answered_at or self.clock.now())

    async def _known(self, order_id: OrderId) -> Payment:
        payment = await self.payments.find(order_id)
        if payment is None:
            # Every charge is preceded by its payment. So this one is not ours, or not yet here:
            # it is tried again, and ends among the dead letters where somebody looks at it.
            raise Unavailable(what=f"the payment of order {order_id}")
        return payment
