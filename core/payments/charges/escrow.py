"""Records the provider's answers about a buyer's payment."""

from dataclasses import dataclass
from datetime import datetime

from ....ports.clock import Clock
from ....ports.language.deadlines import Deadline, DeadlineKind
from ....ports.language.errors import Unavailable
from ....ports.language.events import (
    BuyerNotCharged,
    PaymentCaptured,
    PaymentDeclined,
    PaymentNeedsBuyer,
    PaymentRefundDue,
    PaymentRefundedUnasked,
)
from ....ports.language.ids import OrderId
from ....ports.language.money import Cents
from ....ports.language.orders import PaymentStatus
from ....ports.language.payments import Charge, ChargeNeedsBuyer, Payment
from ....ports.language.records import replace
from ....ports.language.rules import MarketRules
from ....ports.outbox import Deadlines, Outbox
from ....ports.payments import Ledger, Payments
from ....ports.transaction import Transaction
from ..irregularities import Irregularities
from ..suspense import Suspense
from ..transfers import captured
from .count_decline import CountDecline


@dataclass(frozen=True, slots=True)
class Escrow:
    """Commits a payment, its transfers and its events together, for answers and webhooks alike.

    The provider's direct answer and its webhooks may arrive in any order and more than once. The
    first one changes the payment, and the others change nothing. Unasked charges and refunds are
    booked too, and raise an alarm.
    """

    transaction: Transaction
    payments: Payments
    ledger: Ledger
    suspense: Suspense
    irregularities: Irregularities
    deadlines: Deadlines
    outbox: Outbox
    count_decline: CountDecline
    clock: Clock
    rules: MarketRules

    async def capture(self, order_id: OrderId, charge: Charge) -> None:
        """Record that the charge succeeded. If the order has ended, a refund becomes due.

        A charge of a wrong amount does not confirm the order: it waits in escrow for an admin. A
        second charge of an order waits in suspense.
        """
        async with self.transaction():
            payment = await self._known(order_id)
            if payment.charge_id is None:
                await self._capture(payment, charge)
            elif payment.charge_id != charge.id:
                await self.suspense.charge(order_id, charge)
            elif payment.amount != charge.amount:
                now, before = map(self.irregularities.amount, (charge.amount, payment.amount))
                what = f"{now} now, and {before} before"
                await self.irregularities.note(
                    order_id, f"The provider reported a charge of {what}: {charge.id}."
                )

    async def _capture(self, payment: Payment, charge: Charge) -> None:
        order_id = payment.order_id
        charged_before, refunded_before = await self.suspense.of_charge(charge.id)
        refunded_before = min(max(0, refunded_before), charge.amount)
        paid = self._answered(
            replace(payment, amount=charge.amount, charge_id=charge.id, refunded=refunded_before)
        )
        transfer = captured(
            order_id,
            charge,
            self.clock.now(),
            charged_before=charged_before,
            refunded_before=refunded_before,
        )
        await self.ledger.append(transfer)  # the payment is locked, and has no charge yet
        if payment.status is PaymentStatus.PENDING:
            await self.payments.save(replace(paid, status=PaymentStatus.CAPTURED))
            if payment.amount == charge.amount:
                await self.outbox.add(PaymentCaptured(order_id, charge.amount))
        else:
            await self.payments.save(replace(paid, status=PaymentStatus.REFUND_DUE))
            await self.outbox.add(PaymentRefundDue(order_id))
        if refunded_before:
            await self.outbox.add(PaymentRefundedUnasked(order_id, refunded_before))
        problem = self._problem_of(payment, charge, refunded_before)
        if problem is not None:
            await self.irregularities.note(order_id, problem)

    async def wait(self, order_id: OrderId) -> None:
        """Record that the charge is pending at the provider: the payment window begins."""
        async with self.transaction():
            payment = await self._known(order_id)
            if payment.status is PaymentStatus.PENDING and payment.answered_at is None:
                await self.payments.save(self._answered(payment))
                await self._end_of_window(payment)

    async def ask_buyer(self, order_id: OrderId, needed: ChargeNeedsBuyer) -> bool:
        """Record that the charge needs the buyer, who is told. The payment window begins.

        Return whether the payment is still wanted. Otherwise the charge must be cancelled.
        """
        async with self.transaction():
            payment = await self._known(order_id)
            if payment.status is not PaymentStatus.PENDING:
                return False
            if payment.action_url != needed.url:
                asked = replace(payment, action_charge_id=needed.id, action_url=needed.url)
                await self.payments.save(self._answered(asked))
                until = await self._end_of_window(payment)
                await self.outbox.add(PaymentNeedsBuyer(order_id, needed.url, until))
            return True

    async def _end_of_window(self, payment: Payment) -> datetime:
        """Return the end of the payment window, which begins with the first answer."""
        if payment.answered_at is None:
            ends_at = self.clock.now() + self.rules.payment_window
            await self.deadlines.set(Deadline(DeadlineKind.PAYMENT, payment.order_id, ends_at))
            return ends_at
        running = await self.deadlines.of(payment.order_id)
        put_off = (each.due_at for each in running if each.kind is DeadlineKind.PAYMENT)
        return next(put_off, payment.answered_at + self.rules.payment_window)

    async def decline(self, order_id: OrderId, reason: str) -> None:
        """Record a decline by the provider, and count it against the buyer."""
        async with self.transaction():
            payment = await self._known(order_id)
            if payment.status is PaymentStatus.PENDING:
                await self.count_decline(payment, reason)
            await self.refuse(order_id, reason)

    async def refuse(self, order_id: OrderId, reason: str) -> None:
        """Record that the buyer is not charged, for a decline or for another reason."""
        async with self.transaction():
            payment = await self._known(order_id)
            if payment.status is PaymentStatus.PENDING:
                declined = replace(payment, status=PaymentStatus.DECLINED, reason=reason)
                await self.payments.save(self._answered(declined))
                await self.outbox.add(PaymentDeclined(order_id, reason))
            elif payment.status is PaymentStatus.UNKNOWN:
                await self._clear(payment)
            elif payment.charge_id is not None:
                await self.irregularities.note(
                    order_id, f"The provider declined a charge that it had already made: {reason}."
                )

    async def clear(self, payment: Payment) -> None:
        """Record that the buyer of an order that has ended was not charged."""
        async with self.transaction():
            if await self._known(payment.order_id) == payment:
                await self._clear(payment)

    async def _clear(self, payment: Payment) -> None:
        await self.payments.save(replace(payment, status=PaymentStatus.ABANDONED))
        await self.outbox.add(BuyerNotCharged(payment.order_id))

    def _answered(self, payment: Payment) -> Payment:
        """Return the payment with the instant of the provider's first answer."""
        return replace(payment, answered_at=payment.answered_at or self.clock.now())

    async def _known(self, order_id: OrderId) -> Payment:
        payment = await self.payments.find(order_id)
        if payment is None:
            raise Unavailable(what=f"the payment of order {order_id}")
        return payment

    def _problem_of(self, payment: Payment, charge: Charge, refunded_before: Cents) -> str | None:
        """Return what is wrong with the charge of a payment, or None."""
        amount = self.irregularities.amount
        charged = amount(charge.amount)
        if payment.amount not in (0, charge.amount):
            return f"The provider charged {charged}, not {amount(payment.amount)}: {charge.id}."
        if payment.status is PaymentStatus.DECLINED:
            return f"The provider charged {charged} after it had declined the charge: {charge.id}."
        if payment.attempted_at is None:
            return f"The provider made an unasked charge of {charged}: {charge.id}."
        if refunded_before:
            return f"The provider made an unasked refund of {amount(refunded_before)}: {charge.id}."
        return None
