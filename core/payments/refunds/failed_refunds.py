"""Books refunds that did not reach their buyer."""

from dataclasses import dataclass, replace
from datetime import datetime

from ....ports.clock import Clock
from ....ports.language.events import PaymentRefundDue, PaymentRefundFailed
from ....ports.language.ids import OrderId
from ....ports.language.money import Cents
from ....ports.language.orders import PaymentStatus
from ....ports.language.payments import FoundRefund, Payment
from ....ports.outbox import Outbox
from ....ports.payments import Ledger, Payments
from ....ports.transaction import Transaction
from ..irregularities import Irregularities
from ..lock_trade import LockTrade, Trade
from ..suspense import Suspense, suspended_refund_id
from ..transfers import (
    refund_failed,
    refund_failed_id,
    refund_kept,
    rest_id,
    to_world,
)
from .beyond_charge import BeyondCharge
from .booked_refund import booked_refund
from .kept_rest import keeper, rest_of_escrow
from .refund_still_due import refund_still_due
from .refund_transfers import MOST_REFUNDS
from .reverse_shortfalls import ReverseShortfalls


@dataclass(frozen=True, slots=True)
class FailedRefunds:
    """Takes a refund back into the escrow, once, by the provider's name of it.

    If the order is refunded, the buyer is owed the amount again, and it is requested under a new
    key. What is not owed again was borne by somebody if an admin decided so: it is reversed. What
    was borne of other refunds and of lost disputes stays. What the escrow still holds then is kept.
    An alarm is raised either way.
    """

    transaction: Transaction
    lock_trade: LockTrade
    payments: Payments
    ledger: Ledger
    reverse_shortfalls: ReverseShortfalls
    beyond_charge: BeyondCharge
    suspense: Suspense
    irregularities: Irregularities
    outbox: Outbox
    clock: Clock

    async def take_back(self, order_id: OrderId, refund: FoundRefund) -> None:
        """Book that a refund of the order failed, if it is booked as made."""
        async with self.transaction():
            trade = await self.lock_trade(order_id)
            payment = trade.payment
            assert payment is not None, order_id
            if await self._is_known(order_id, refund):
                return
            made_at, booked = await self._booked(payment, refund)
            booked -= await self.suspense.return_refund(
                refund.charge_id, refund.id, of_an_order=True
            )
            amount = min(booked, payment.refunded)
            beyond = await self.beyond_charge.take_back(order_id, refund.id)
            if amount <= 0:
                if beyond:
                    await self._tell(order_id, refund, beyond)
                return
            await self.ledger.post(refund_failed(order_id, refund.id, amount, self.clock.now()))
            before = await self._owed(trade, payment)
            payment = replace(payment, refunded=payment.refunded - amount)
            owed_again = await self._owed(trade, payment) - before
            owed = owed_again > 0
            if owed:
                await self._request_again(payment)
            else:
                await self.payments.save(payment)
            await self.reverse_shortfalls.of_refund(trade.order, made_at, amount - owed_again)
            await self._keep_rest(trade, payment, refund.id, due=before + owed_again)
            reason = refund.reason or "failed"
            await self.outbox.add(PaymentRefundFailed(order_id, amount, reason, owed))
            if owed and payment.refund_declines + 1 < MOST_REFUNDS:
                await self.outbox.add(PaymentRefundDue(order_id))
            await self._tell(order_id, refund, amount + beyond)

    async def take_back_unassigned(self, refund: FoundRefund) -> None:
        """Book that a refund of an unknown charge failed, if it is in suspense."""
        async with self.transaction():
            await self.suspense.return_refund(refund.charge_id, refund.id, of_an_order=False)

    async def _is_known(self, order_id: OrderId, refund: FoundRefund) -> bool:
        """Return whether the failure is booked: here, or in suspense before the charge was."""
        if await self.ledger.find(refund_failed_id(order_id, refund.id)) is not None:
            return True
        before = suspended_refund_id(refund.charge_id, refund.id)
        return await self.ledger.find(f"{before}:back") is not None

    async def _request_again(self, payment: Payment) -> None:
        """Store that a refund is due. A request that is unanswered stays as it is."""
        due = replace(payment, status=PaymentStatus.REFUND_DUE)
        if payment.status is PaymentStatus.REFUNDED:
            due = replace(
                due,
                refund_asked=0,
                refund_declines=payment.refund_declines + 1,
            )
        await self.payments.save(due)

    async def _keep_rest(self, trade: Trade, payment: Payment, name: str, *, due: Cents) -> None:
        """Book that the exchange keeps what the escrow holds beyond what is due to the buyer.

        It had given that for a refund that was more than was due, as unasked ones had been made.
        """
        is_shared_out = await self.ledger.find(f"{payment.order_id}:refund") is not None
        was_refunded = payment.status is PaymentStatus.REFUNDED and due == 0
        if not is_shared_out and not was_refunded:
            return  # the first refund will share out the escrow
        rest = await rest_of_escrow(self.ledger, trade) - due
        if rest > 0:
            of, to = name if is_shared_out else None, keeper(trade.order)
            kept = refund_kept(trade.order.id, of, rest, to, self.clock.now())
            await self.ledger.append(kept)

    async def _owed(self, trade: Trade, payment: Payment) -> Cents:
        """Return what the buyer of an order that has ended is still owed."""
        if payment.status not in _ENDED:
            return 0
        return await refund_still_due(self.ledger, trade.order, payment)

    async def _tell(self, order_id: OrderId, refund: FoundRefund, amount: Cents) -> None:
        what = f"A refund of {self.irregularities.amount(amount)} did not reach the buyer"
        reason = refund.reason or "failed"
        await self.irregularities.note(order_id, f"{what} ({reason}): {refund.id}.")

    async def _booked(self, payment: Payment, refund: FoundRefund) -> tuple[datetime, Cents]:
        """Return when a refund was booked as made, and how much of it, or 0."""
        order_id = payment.order_id
        in_suspense = suspended_refund_id(refund.charge_id, refund.id)
        booked = (
            await booked_refund(self.ledger, payment, refund.id),
            await self.ledger.find(in_suspense),
        )
        found = [transfer for transfer in booked if transfer is not None]
        number = 1
        while (part := await self.ledger.find(rest_id(order_id, refund.id, number))) is not None:
            found.append(part)
            number += 1
        made_at = min((transfer.at for transfer in found), default=self.clock.now())
        return made_at, min(sum(map(to_world, found)), refund.amount)


_ENDED = (PaymentStatus.REFUND_DUE, PaymentStatus.REFUNDED)
