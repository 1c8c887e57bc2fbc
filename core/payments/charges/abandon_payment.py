"""Abandon a payment that is overdue, unless the charge succeeded."""

from dataclasses import dataclass, replace
from datetime import datetime

from ....ports.clock import Clock
from ....ports.language.deadlines import Deadline, DeadlineKind
from ....ports.language.errors import Unavailable
from ....ports.language.events import PaymentAbandoned, PaymentOverdue
from ....ports.language.orders import CancelReason, PaymentStatus
from ....ports.language.payments import (
    CancelledCharge,
    Charge,
    ChargeNeedsBuyer,
    ChargeOutcome,
    DeclinedCharge,
    Payment,
    PendingCharge,
)
from ....ports.language.rules import MarketRules
from ....ports.outbox import Deadlines, Outbox
from ....ports.payment_provider import PaymentProvider
from ....ports.payments import Payments
from ....ports.transaction import Transaction
from ..patience import Patience
from .escrow import Escrow


@dataclass(frozen=True, slots=True)
class AbandonPayment:
    """Decides a payment whose deadline has passed.

    While an attempt is under way, the deadline is set again for its end. If the provider was ever
    asked, it is asked for the outcome of the charge, and a charge that succeeded is captured.
    Otherwise the payment is abandoned and the order is cancelled. A charge that it took is
    cancelled first, so that nobody pays for an order that ends.

    A charge that the provider took is overdue `payment_window` after the provider's first answer. A
    charge without an answer is given up `give_up_after` after the match, which is the exchange's
    fault. If the charge is still pending, or the provider cannot be reached even then, the outcome
    stays unknown, and a charge that succeeds later is refunded.
    """

    transaction: Transaction
    payments: Payments
    deadlines: Deadlines
    outbox: Outbox
    provider: PaymentProvider
    escrow: Escrow
    clock: Clock
    rules: MarketRules
    patience: Patience

    async def __call__(self, overdue: PaymentOverdue) -> None:
        """Decide the payment unless it is decided. Raises Unavailable, after which retry."""
        while (payment := await self._undecided(overdue)) is not None:
            if payment.attempted_at is None:
                await self._end(payment, CancelReason.GIVEN_UP, charge_known=True)
            else:
                await self._look_up(payment)

    async def _undecided(self, overdue: PaymentOverdue) -> Payment | None:
        """Return the payment if it must be decided now. If not yet, set its deadline again."""
        async with self.transaction():
            payment = await self.payments.find(overdue.order_id) or _opened(overdue)
            if payment.status is not PaymentStatus.PENDING:
                return None
            due = await self._due(payment)
            if due.due_at > self.clock.now():
                await self.deadlines.set(due)
                return None
            return payment

    async def _due(self, payment: Payment) -> Deadline:
        """Return the deadline by which the payment must be decided."""
        now, attempt_ends_at = self.clock.now(), self.patience.attempt_ends_at(payment)
        if payment.answered_at is not None:
            # A running deadline may have been put off.
            running = await self.deadlines.of(payment.order_id)
            put_off = [one.due_at for one in running if one.kind is DeadlineKind.PAYMENT]
            due_at = max([payment.answered_at + self.rules.payment_window, *put_off])
            return Deadline(DeadlineKind.PAYMENT, payment.order_id, due_at)
        due_at = self._give_up_at(payment)
        if attempt_ends_at is not None and self.patience.is_under_way(payment, now):
            due_at = max(due_at, attempt_ends_at)
        return Deadline(DeadlineKind.GIVE_UP, payment.order_id, due_at)

    def _give_up_at(self, payment: Payment) -> datetime:
        return payment.created_at + self.rules.give_up_after

    async def _look_up(self, payment: Payment) -> None:
        """Ask the provider for the outcome of the charge, and apply it.

        If its window is over, the charge is cancelled unless it succeeded.
        """
        question = (
            self.provider.find_charge(payment.order_id)
            if payment.answered_at is None
            else self.provider.cancel_charge(payment.order_id, payment.action_charge_id)
        )
        try:
            found = await self.patience.wait_for(question)
        except Unavailable:
            if self.clock.now() < self._give_up_at(payment):
                raise
            await self._end(payment, CancelReason.GIVEN_UP, charge_known=False)
        else:
            await self._decide(payment, found)

    async def _decide(self, payment: Payment, found: ChargeOutcome | None) -> None:
        match found:
            case Charge():
                await self.escrow.capture(payment.order_id, found)
            case DeclinedCharge(reason=reason):
                await self.escrow.decline(payment.order_id, reason)
            case PendingCharge() if payment.answered_at is None:
                await self.escrow.wait(payment.order_id)
            case PendingCharge():
                await self._end(payment, CancelReason.PAYMENT_OVERDUE, charge_known=False)
            case ChargeNeedsBuyer():
                await self.escrow.ask_buyer(payment.order_id, found)
            case CancelledCharge() | None if payment.answered_at is None:
                await self._end(payment, CancelReason.GIVEN_UP, charge_known=True)
            case CancelledCharge() | None:
                await self._end(payment, CancelReason.PAYMENT_OVERDUE, charge_known=True)

    async def _end(self, payment: Payment, reason: CancelReason, *, charge_known: bool) -> None:
        """Abandon the payment, unless it changed since it was read."""
        status = PaymentStatus.ABANDONED if charge_known else PaymentStatus.UNKNOWN
        async with self.transaction():
            if await self.payments.open_or_lock(payment) == payment:
                await self.payments.save(replace(payment, status=status))
                await self.outbox.add(PaymentAbandoned(payment.order_id, reason, charge_known))


def _opened(overdue: PaymentOverdue) -> Payment:
    """Return the payment of an order from before payments were opened with their orders.

    It is stored only if the payment ends. Otherwise ChargeBuyer stores it with its amount.
    """
    return Payment(
        order_id=overdue.order_id,
        buyer_id=overdue.buyer_id,
        amount=0,
        status=PaymentStatus.PENDING,
        created_at=overdue.matched_at,
    )
