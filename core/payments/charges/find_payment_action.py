"""Find what a buyer must do to pay."""

from dataclasses import dataclass

from ....ports.language.deadlines import DeadlineKind
from ....ports.language.ids import OrderId
from ....ports.language.orders import PaymentStatus
from ....ports.language.payment_actions import PaymentAction
from ....ports.outbox import Deadlines
from ....ports.payments import PaymentActions, Payments


@dataclass(frozen=True, slots=True)
class FindPaymentAction(PaymentActions):
    """Finds the link of a charge that waits for its buyer, while the payment window is open."""

    payments: Payments
    deadlines: Deadlines

    async def of(self, order_id: OrderId) -> PaymentAction | None:
        payment = await self.payments.find(order_id)
        if payment is None or payment.status is not PaymentStatus.PENDING:
            return None
        if payment.action_url is None:
            return None
        for deadline in await self.deadlines.of(order_id):
            if deadline.kind is DeadlineKind.PAYMENT:
                return PaymentAction(payment.action_url, deadline.due_at)
        return None
