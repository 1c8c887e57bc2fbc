"""Refund the buyer."""

from dataclasses import dataclass, replace
from typing import TypeAlias

from ....ports.clock import Clock
from ....ports.language.deadlines import DeadlineKind
from ....ports.language.errors import RefundDeclined
from ....ports.language.events import (
    OrderAuthFailed,
    OrderCancelled,
    OrderRefundGranted,
    PaymentRefundDue,
)
from ....ports.language.ids import OrderId
from ....ports.language.orders import PaymentStatus
from ....ports.language.payments import Payment, PayoutState
from ....ports.outbox import Deadlines
from ....ports.payment_provider import PaymentProvider
from ....ports.payments import Payments, Payouts
from ....ports.transaction import Transaction
from ..charges.end_charge import EndCharge
from ..charges.escrow import Escrow
from ..patience import Patience
from ..payouts.payables import Payables
from .record_refund import RecordRefund

RefundCause: TypeAlias = OrderCancelled | OrderAuthFailed | OrderRefundGranted | PaymentRefundDue
"""The events that cause a refund."""


@dataclass(frozen=True, slots=True)
class RefundBuyer:
    """Refunds an order that is cancelled, fails authentication or is refunded after delivery.

    The refund is in full, without the shipping if the buyer bears it.

    An unpaid order is not charged from now on. If it was ever asked, the provider cancels the
    charge: one that succeeded before is refunded. A charge that is still pending is refunded when
    the provider reports its success.
    """

    transaction: Transaction
    payments: Payments
    payouts: Payouts
    deadlines: Deadlines
    payables: Payables
    record_refund: RecordRefund
    provider: PaymentProvider
    escrow: Escrow
    end_charge: EndCharge
    clock: Clock
    patience: Patience

    async def __call__(self, cause: RefundCause) -> None:
        """Refund the buyer if anything is due. Raises Unavailable, after which retry."""
        payment = await self._end(cause)
        if payment.charge_id is None and payment.attempted_at is not None:
            payment = await self.end_charge(payment)
        while await self._refund(payment.order_id):
            pass
        await self._settle_payout(payment.order_id)

    async def _refund(self, order_id: OrderId) -> bool:
        """Have the provider refund what is due. Return whether to request less now.

        The provider declines to refund more than is left of a charge, which happens after unasked
        refunds. The next request subtracts those that are known. The others will be reported, and
        the refund continues then.
        """
        payment = await self.record_refund.prepare(order_id)
        if payment is None:
            return False
        assert payment.charge_id is not None, payment
        try:
            made = await self.patience.wait_for(
                self.provider.refund(
                    key=_key(payment), charge_id=payment.charge_id, amount=payment.refund_asked
                )
            )
        except RefundDeclined as declined:
            return await self.record_refund.decline(payment, declined.reason)
        await self.record_refund.answer(order_id, made)
        return False

    async def _settle_payout(self, order_id: OrderId) -> None:
        """Get the provider's answer to a payout that was under way."""
        payout = await self.payouts.find(order_id)
        if payout is not None and payout.state is PayoutState.DUE:
            await self.payables.ask(payout)

    async def _end(self, cause: RefundCause) -> Payment:
        """Store that no charge is wanted any more, or that a refund is due."""
        async with self.transaction():
            payment = await self.payments.find(cause.order_id)
            if payment is None:  # an order from before payments were opened with their orders
                assert not isinstance(cause, PaymentRefundDue), cause
                never_asked_for = Payment(
                    order_id=cause.order_id,
                    buyer_id=cause.buyer_id,
                    amount=0,
                    status=PaymentStatus.ABANDONED,
                    created_at=self.clock.now(),
                )
                payment = await self.payments.open_or_lock(never_asked_for)
            if payment.status is PaymentStatus.PENDING:
                # Payments may have set a deadline after the order ended.
                await self.deadlines.clear(payment.order_id, _OF_UNPAID)
            if payment.status is PaymentStatus.PENDING and payment.attempted_at is None:
                await self.escrow.clear(payment)
                payment = await self._stored(payment.order_id)
            elif payment.status is PaymentStatus.PENDING:
                payment = await self._move(payment, PaymentStatus.UNKNOWN)
            elif payment.status is PaymentStatus.CAPTURED:
                payment = await self._move(payment, PaymentStatus.REFUND_DUE)
            return payment

    async def _move(self, payment: Payment, status: PaymentStatus) -> Payment:
        moved = replace(payment, status=status)
        await self.payments.save(moved)
        return moved

    async def _stored(self, order_id: OrderId) -> Payment:
        payment = await self.payments.find(order_id)
        assert payment is not None, order_id
        return payment


_OF_UNPAID = (DeadlineKind.PAYMENT, DeadlineKind.GIVE_UP)


def _key(payment: Payment) -> str:
    """Return the refund's idempotency key. It changes after each decline.

    The provider repeats its answer to a known key.
    """
    key = f"{payment.order_id}:refund"
    return f"{key}:{payment.refund_declines}" if payment.refund_declines else key
