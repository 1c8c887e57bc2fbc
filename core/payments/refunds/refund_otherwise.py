"""Note that a buyer was refunded in another way."""

from dataclasses import dataclass, replace

from ....ports.audit_log import AuditLog
from ....ports.clock import Clock
from ....ports.disputes import Disputes
from ....ports.language.audit import Act, AuditAction, Target, parse_reason
from ....ports.language.errors import MoneyDisputed, NoFailedRefund
from ....ports.language.events import PaymentRefunded
from ....ports.language.ids import OrderId
from ....ports.language.money import Cents
from ....ports.language.orders import PaymentStatus
from ....ports.language.staff import check_no_party, check_role
from ....ports.language.users import Actor, Role
from ....ports.outbox import Outbox
from ....ports.payments import Ledger, Payments
from ....ports.transaction import Transaction
from ..lock_trade import LockTrade
from ..transfers import refunded_otherwise
from .refund_still_due import refund_still_due


@dataclass(frozen=True, slots=True)
class RefundOtherwise:
    """An admin notes that the buyer got a refund that failed at the provider in another way.

    The exchange paid the buyer from its own bank account, and keeps what is in the escrow for it.
    The reason goes into the audit log.
    """

    transaction: Transaction
    lock_trade: LockTrade
    payments: Payments
    disputes: Disputes
    ledger: Ledger
    audit_log: AuditLog
    outbox: Outbox
    clock: Clock

    async def __call__(self, actor: Actor, order_id: OrderId, *, reason: str) -> Cents:
        """Return the amount, in minor units.

        Raises Forbidden, InvalidText, NotFound, PartyToTheOrder, NoFailedRefund, and MoneyDisputed
        while the buyer's bank has the money, because it may give it to the buyer.
        """
        check_role(actor, Role.ADMIN, "note that a buyer was refunded")
        why = parse_reason(reason)
        async with self.transaction():
            trade = await self.lock_trade(order_id)
            order, payment = trade.order, trade.payment
            check_no_party(actor, order_id, buyer_id=order.buyer_id, seller_id=order.seller_id)
            if (
                payment is None
                or payment.status is not PaymentStatus.REFUND_DUE
                or payment.refund_asked
                or await self.ledger.find(f"{order_id}:refund") is None
            ):
                raise NoFailedRefund(order_id=order_id)
            if any(each.status.takes_money for each in await self.disputes.of_order(order_id)):
                raise MoneyDisputed(order_id=order_id)
            amount, now = await refund_still_due(self.ledger, order, payment), self.clock.now()
            if amount == 0:
                raise NoFailedRefund(order_id=order_id)
            number = payment.refund_declines
            await self.ledger.append(refunded_otherwise(order_id, number, amount, now))
            await self.payments.save(replace(payment, status=PaymentStatus.REFUNDED))
            await self.outbox.add(PaymentRefunded(order_id, amount))
            await self.audit_log.add(
                Act(
                    actor_id=actor.user_id,
                    token_id=actor.token_id,
                    action=AuditAction.REFUNDED_OTHERWISE,
                    target=Target.order(order_id),
                    reason=why,
                    facts={"amount": amount},
                )
            )
        return amount
