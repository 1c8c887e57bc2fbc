"""A payment whose time is over is abandoned, unless it arrived after all."""

from dataclasses import dataclass, replace
from datetime import datetime

from ...ports.clock import Clock
from ...ports.language.deadlines import Deadline, DeadlineKind
from ...ports.language.errors import Unavailable
from ...ports.language.events import PaymentAbandoned, PaymentOverdue
from ...ports.language.orders import CancelReason, PaymentStatus
from ...ports.language.payments import (
    Charge,
    ChargeOutcome,
    DeclinedCharge,
    Payment,
    PendingCharge,
)
from ...ports.language.rules import MarketRules
from ...ports.outbox import Deadlines, Outbox
from ...ports.payment_gateway import PaymentGateway
from ...ports.payments import Payments
from ...ports.transaction import Transaction
from .escrow import Escrow
from .patience import Patience


@dataclass(frozen=True, slots=True)
class AbandonPayment:
    """What becomes of a payment whose deadline has passed.

    An attempt that is under way is waited for: the deadline is set again for when it is over. If
    the provider was ever asked, it is asked what became of the charge: one that succeeded beats the
    deadline. Only then is the payment abandoned, and the order hears of it. One that the provider
    took is overdue `payment_window` after its first answer. One that it did not answer is given up
    `give_up_after` after the match, which is the exchange's own fault; if the provider does not
    answer even then, it stays unknown whether the buyer was charged, and a charge goes back.
    """

    transaction: Transaction
    payments: Payments
    deadlines: Deadlines
    outbox: Outbox
    gateway: PaymentGateway
    escrow: Escrow
    clock: Clock
    rules: MarketRules
    patience: Patience

    async def __call__(self, overdue: PaymentOverdue) -> None:
        """Decide, or find that it was decided. Raises Unavailable: try again."""
        while (payment := await self._undecided(overdue)) is not None:
            if payment.attempted_at is None:
                await self._end(payment, CancelReason.GIVEN_UP, charge_known=True)
            else:
                await self._look_up(payment)

    async def _undecided(self, overdue: PaymentOverdue) -> Payment | None:
        """Return the payment if it must be decided now; what comes later gets its deadline."""
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
        """Return when the payment must be decided, and by which deadline."""
        now, attempt_ends_at = self.clock.now(), self.patience.attempt_ends_at(payment)
        if payment.answered_at is not None:
            # One that runs still may have been put off.
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
        """Ask the provider what became of the charge, and act on its answer."""
        try:
            found = await self.patience.wait_for(self.gateway.find_charge(payment.order_id))
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
            case None if payment.answered_at is None:
                await self._end(payment, CancelReason.GIVEN_UP, charge_known=True)
            case None:
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

    It is not stored unless it ends: whoever charges it knows the amount.
    """
    return Payment(
        order_id=overdue.order_id,
        buyer_id=overdue.buyer_id,
        amount=0,
        status=PaymentStatus.PENDING,
        created_at=overdue.matched_at,
    )
