"""Decide who bears a shortfall."""

from dataclasses import dataclass

from ....ports.alarms import Alarms
from ....ports.audit_log import AuditLog
from ....ports.clock import Clock
from ....ports.language.alarms import AlarmKind
from ....ports.language.audit import Act, AuditAction, Target, parse_reason
from ....ports.language.complaints import Bearer
from ....ports.language.errors import NoShortfall
from ....ports.language.events import ShortfallBorne
from ....ports.language.ids import OrderId
from ....ports.language.money import Cents
from ....ports.language.orders import FreezeReason, Order, OrderStatus, PaymentStatus
from ....ports.language.staff import check_no_party, check_role
from ....ports.language.users import Actor, Role
from ....ports.orders import Orders
from ....ports.outbox import Outbox
from ....ports.payments import Ledger, Payments, Payouts
from ....ports.transaction import Transaction
from ..transfers import escrow
from .refund_transfers import borne, borne_id


@dataclass(frozen=True, slots=True)
class BearShortfall:
    """An admin decides who bears the shortfall of an order's escrow, so the trade can continue.

    If the exchange bears it, it is a loss. If the seller or the buyer bears it, it is a debt that
    their next payouts settle. The payout stays frozen and the alarm open until an admin releases
    the payout. If it is not frozen, the alarm closes. If the order is refunded later, the shortfall
    is reversed. The reason goes into the audit log.
    """

    transaction: Transaction
    orders: Orders
    payments: Payments
    payouts: Payouts
    ledger: Ledger
    alarms: Alarms
    audit_log: AuditLog
    outbox: Outbox
    clock: Clock

    async def __call__(
        self, actor: Actor, order_id: OrderId, *, borne_by: Bearer, reason: str
    ) -> Cents:
        """Return the shortfall in minor units.

        Raises Forbidden, InvalidText, NotFound, PartyToTheOrder, NoShortfall.
        """
        check_role(actor, Role.ADMIN, "decide who bears a shortfall")
        why = parse_reason(reason)
        async with self.transaction():
            order = await self.orders.get(order_id)
            check_no_party(actor, order_id, buyer_id=order.buyer_id, seller_id=order.seller_id)
            shortfall = await self._shortfall(order)
            if shortfall <= 0:
                raise NoShortfall(order_id=order_id)
            number, now = await self._next_number(order), self.clock.now()
            await self.ledger.post(borne(order, borne_by, number, shortfall, now))
            if FreezeReason.PROVIDER not in order.freezes:
                await self.alarms.close(order_id, [AlarmKind.PROVIDER_REPORT], now)
            await self.outbox.add(ShortfallBorne(order_id, shortfall, borne_by))
            await self.audit_log.add(
                Act(
                    actor_id=actor.user_id,
                    token_id=actor.token_id,
                    action=AuditAction.SHORTFALL_BORNE,
                    target=Target.order(order_id),
                    reason=why,
                    facts={"borne_by": borne_by, "amount": shortfall},
                )
            )
        return shortfall

    async def _shortfall(self, order: Order) -> Cents:
        """Return the shortfall in minor units: what the escrow should hold minus what it holds.

        It should hold the buyer's total while the trade continues, and nothing once it is settled
        or refunded. An order whose refund is due, or that is pending, has no shortfall.
        """
        payment = await self.payments.find(order.id)
        if payment is None or payment.status not in (
            PaymentStatus.CAPTURED,
            PaymentStatus.REFUNDED,
        ):
            return 0
        if order.status is OrderStatus.PENDING:
            return 0
        is_settled = await self.payouts.find(order.id) is not None
        goes_on = payment.status is PaymentStatus.CAPTURED or order.exchange_pays
        due = order.buyer_total if goes_on and not is_settled else 0
        (held,) = await self.ledger.lock(escrow(order.id))
        return due - held

    async def _next_number(self, order: Order) -> int:
        number = 1
        while await self.ledger.find(borne_id(order, number)) is not None:
            number += 1
        return number
