"""Decide who bears a lost dispute."""

from dataclasses import dataclass, replace

from ....ports.clock import Clock
from ....ports.language.complaints import Bearer
from ....ports.language.disputes import Dispute
from ....ports.language.events import PaymentRefundedUnasked, ShortfallBorne
from ....ports.language.ids import OrderId
from ....ports.language.money import Cents
from ....ports.language.orders import Order, OrderStatus, PaymentStatus
from ....ports.language.payments import Payment
from ....ports.outbox import Outbox
from ....ports.payments import Ledger, Payments
from ..lock_trade import LockTrade, Trade
from ..refunds.refund_transfers import borne, borne_id
from ..transfers import suspense
from .dispute_transfers import lost

_HOLDS_MONEY = (PaymentStatus.CAPTURED, PaymentStatus.REFUND_DUE)
_SENT = (OrderStatus.SHIPPING_TO_BUYER, OrderStatus.DELIVERED)


@dataclass(frozen=True, slots=True)
class BearLoss:
    """Books a lost dispute as a refund that nobody asked for.

    It comes from the order's escrow, up to what is left of the charge, and the exchange bears the
    rest. If the pair has passed authentication and was sent to the buyer, its seller did what they
    had to do, so the exchange bears all of it. If it was not sent yet, the escrow is short: an
    admin ends the order, or decides who bears it. A refund that was due is made by it.

    The seller owes nothing for a lost dispute. If they are at fault, an admin refunds the order at
    the seller's cost, as for any complaint.
    """

    payments: Payments
    ledger: Ledger
    lock_trade: LockTrade
    outbox: Outbox
    clock: Clock

    async def __call__(self, dispute: Dispute) -> Dispute:
        """Balance the dispute's account, and return the dispute. It needs a transaction."""
        order_id = await self._order_of(dispute)
        of_escrow: Cents = 0
        if order_id is not None:
            of_escrow = await self._refund(dispute, order_id)
        transfer = lost(dispute, order_id, of_escrow, self.clock.now())
        await self.ledger.append(transfer)
        return replace(
            dispute,
            order_id=dispute.order_id or order_id,
            borne=dispute.borne + dispute.outstanding,
        )

    async def _order_of(self, dispute: Dispute) -> OrderId | None:
        """Return the order whose payment is the charge. If there is none, the charge's account in
        suspense is locked.
        """
        order_id = await self.payments.order_of(dispute.charge_id)
        if order_id is None:
            await self.ledger.lock(suspense(dispute.charge_id))
            order_id = await self.payments.order_of(dispute.charge_id)
        return order_id

    async def _refund(self, dispute: Dispute, order_id: OrderId) -> Cents:
        """Record that the buyer has the money back, and return how much of it was in escrow."""
        trade = await self.lock_trade(order_id)
        order, payment = trade.order, trade.payment
        assert payment is not None, order_id
        amount = max(0, min(dispute.outstanding, payment.left))
        if payment.status not in _HOLDS_MONEY or amount == 0:
            return 0
        await self.payments.save(replace(payment, refunded=payment.refunded + amount))
        await self.outbox.add(PaymentRefundedUnasked(order_id, amount))
        if self._exchange_bears(order, payment):
            number = 1
            while await self.ledger.find(borne_id(order, number, dispute.name)) is not None:
                number += 1
            bearer, now = Bearer.EXCHANGE, self.clock.now()
            transfer = borne(order, bearer, number, amount, now, dispute=dispute.name)
            await self.ledger.append(transfer)
            await self.outbox.add(ShortfallBorne(order_id, amount, bearer))
        return amount

    @staticmethod
    def _exchange_bears(order: Order, payment: Payment) -> bool:
        return payment.status is PaymentStatus.CAPTURED and order.status in _SENT


def awaits_an_admin(trade: Trade) -> bool:
    """Return whether a loss is borne by nobody yet, because the pair was not sent to its buyer."""
    payment, order = trade.payment, trade.order
    is_paid = payment is not None and payment.status is PaymentStatus.CAPTURED
    return is_paid and order.status not in _SENT
