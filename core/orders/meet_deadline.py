"""An order's deadline has passed."""

from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.language.deadlines import Deadline, DeadlineKind
from ...ports.language.events import DeadlineReached, PaymentOverdue, PayoutDue
from ...ports.language.order_history import Cancelled, Delivered, OrderEvent
from ...ports.language.orders import CancelReason, DeliveryProof, Order, OrderStatus, PayoutStatus
from ...ports.orders import Orders
from ...ports.outbox import Deadlines, Outbox
from ...ports.transaction import Transaction
from .moves import is_legal
from .progress import Progress

_UNPAID = (DeadlineKind.PAYMENT, DeadlineKind.GIVE_UP)


@dataclass(frozen=True, slots=True)
class MeetDeadline:
    """What happens when nobody acted in time.

    Not paid yet: payments finds out whether the buyer was charged, and decides. Not shipped in
    time, or never arrived: cancelled. Not confirmed for 14 days after dispatch: delivered. The
    hold over: the payout falls due. A deadline that was met changes nothing; one that was extended
    meanwhile is kept anew.
    """

    transaction: Transaction
    orders: Orders
    deadlines: Deadlines
    outbox: Outbox
    progress: Progress
    clock: Clock

    async def __call__(self, reached: DeadlineReached) -> None:
        """Do what falls due."""
        async with self.transaction():
            order = await self.orders.get(reached.order_id)
            if reached.kind is DeadlineKind.PAYOUT:
                await self._pay_out(order)
                return
            if reached.kind in _UNPAID:
                await self._ask_payments(order)
                return
            event = self._event(reached.kind)
            if not is_legal(order, event):
                return
            extended = order.ship_by if reached.kind is DeadlineKind.SHIPMENT else None
            if extended is not None and self.clock.now() < extended:
                # Whoever found the earlier deadline due may have cleared this one in its place.
                await self.deadlines.set(Deadline(reached.kind, order.id, extended))
            else:
                await self.progress(order, event)

    @staticmethod
    def _event(kind: DeadlineKind) -> OrderEvent:
        match kind:
            case DeadlineKind.SHIPMENT:
                return Cancelled(CancelReason.SHIPMENT_OVERDUE)
            case DeadlineKind.ARRIVAL:
                return Cancelled(CancelReason.ARRIVAL_OVERDUE)
            case DeadlineKind.DELIVERY:
                return Delivered(DeliveryProof.ASSUMED)
            case DeadlineKind.PAYMENT | DeadlineKind.GIVE_UP | DeadlineKind.PAYOUT:
                raise AssertionError(f"{kind} is no event of the order until payments has decided")

    async def _ask_payments(self, order: Order) -> None:
        if order.status is OrderStatus.PENDING:
            await self.outbox.add(PaymentOverdue(order.id, order.buyer_id, order.matched_at))

    async def _pay_out(self, order: Order) -> None:
        if order.status is not OrderStatus.DELIVERED or order.payout_status is PayoutStatus.PAID:
            return
        await self.outbox.add(
            PayoutDue(
                order_id=order.id,
                seller_id=order.seller_id,
                price=order.price,
                payout=order.payout_amount,
                transaction_fee=order.fees.transaction,
                processing_fee=order.fees.processing,
                shipping_fee=order.fees.shipping,
            )
        )
