"""Act on an order's deadline that has passed."""

from dataclasses import dataclass
from datetime import timedelta

from ...ports.clock import Clock
from ...ports.language.alarms import ALARMS
from ...ports.language.deadlines import Deadline, DeadlineKind
from ...ports.language.events import (
    DeadlineReached,
    PaymentOverdue,
    PaymentRefundDue,
    PayoutDue,
)
from ...ports.language.orders import CancelReason, DeliveryProof, Order
from ...ports.language.rules import MarketRules
from ...ports.language.steps import Cancelled, Delivered, OrderStep
from ...ports.orders import Orders
from ...ports.outbox import Deadlines, Outbox
from ...ports.transaction import Transaction
from .deadlines import matters
from .moves import is_legal
from .overdue import again_after, alarm_of
from .progress import Progress

_UNPAID = (DeadlineKind.PAYMENT, DeadlineKind.GIVE_UP)


@dataclass(frozen=True, slots=True)
class MeetDeadline:
    """Applies a deadline that has passed.

    - Not paid: payments finds out whether the buyer was charged, and decides.
    - Not shipped in time, or never arrived: the order is cancelled.
    - Not confirmed for 14 days after dispatch, without a complaint: it counts as delivered.
    - The hold is over: the payout falls due.
    - A pair in the warehouse, a complaint or an answer of the provider is overdue: an alarm is
      raised, and again every day until the state changes. Time alone decides nothing here.
    - It is unknown whether the buyer of an order that ended was charged: the provider is asked
      every day for a month, and then once a month with an alarm.

    A deadline that was met changes nothing. One that was extended meanwhile is set again.
    """

    transaction: Transaction
    orders: Orders
    deadlines: Deadlines
    outbox: Outbox
    progress: Progress
    clock: Clock
    rules: MarketRules

    async def __call__(self, reached: DeadlineReached) -> None:
        """Apply the deadline if it still matters."""
        async with self.transaction():
            order = await self.orders.get(reached.order_id)
            if not matters(order, reached.kind):
                return
            if reached.kind in ALARMS:
                await self._raise(order, reached.kind)
            elif reached.kind is DeadlineKind.PAYOUT:
                await self._pay_out(order)
            elif reached.kind in _UNPAID:
                await self.outbox.add(PaymentOverdue(order.id, order.buyer_id, order.matched_at))
            else:
                await self._end(order, reached.kind)

    async def _raise(self, order: Order, kind: DeadlineKind) -> None:
        """Raise the alarm, request the payout or refund again, and set the next deadline."""
        now = self.clock.now()
        alarm = alarm_of(order, kind, now)
        if alarm is not None:
            await self.outbox.add(alarm)
        if kind is DeadlineKind.PAYOUT_ANSWER and order.may_be_paid_out:
            await self.outbox.add(PayoutDue.of(order))
        if kind is DeadlineKind.REFUND:
            await self.outbox.add(PaymentRefundDue(order.id))
        await self._set_again(order, kind, again_after(order, kind, now, self.rules.alarm_interval))

    async def _pay_out(self, order: Order) -> None:
        await self.outbox.add(PayoutDue.of(order))
        await self._set_again(order, DeadlineKind.PAYOUT_ANSWER, self.rules.answer_window)

    async def _end(self, order: Order, kind: DeadlineKind) -> None:
        step = self._step(kind)
        extended = order.ship_by if kind is DeadlineKind.SHIPMENT else None
        if extended is not None and self.clock.now() < extended:
            # The sweeper that found the earlier deadline due may have cleared the extended one.
            await self.deadlines.set(Deadline(kind, order.id, extended))
        elif is_legal(order, step):
            await self.progress(order, step)
        else:
            # An order with an open complaint does not count as delivered.
            await self._set_again(order, kind, self.rules.alarm_interval)

    async def _set_again(self, order: Order, kind: DeadlineKind, after: timedelta) -> None:
        await self.deadlines.set(Deadline(kind, order.id, self.clock.now() + after))

    @staticmethod
    def _step(kind: DeadlineKind) -> OrderStep:
        match kind:
            case DeadlineKind.SHIPMENT:
                return Cancelled(CancelReason.SHIPMENT_OVERDUE)
            case DeadlineKind.ARRIVAL:
                return Cancelled(CancelReason.ARRIVAL_OVERDUE)
            case DeadlineKind.DELIVERY:
                return Delivered(DeliveryProof.ASSUMED)
            case _:
                raise AssertionError(f"{kind} ends no order")
