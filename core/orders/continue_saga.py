"""The saga of an order goes on when another context has done its part."""

from dataclasses import dataclass
from typing import TypeAlias

from ...ports.clock import Clock
from ...ports.language.events import (
    AuthenticationFailed,
    AuthenticationPassed,
    FreezeRequested,
    PaymentAbandoned,
    PaymentCaptured,
    PaymentCleared,
    PaymentRefunded,
    PaymentRefundedUnasked,
    PaymentShortfallBorne,
    PaymentWasDeclined,
    PayoutPaid,
    PayoutWasRefused,
    PayoutWasReopened,
    StockRefused,
    StockReserved,
)
from ...ports.language.order_history import (
    Cancelled,
    Failed,
    NotCharged,
    OrderEvent,
    Paid,
    PaidOut,
    Passed,
    PayoutFrozen,
    PayoutRefused,
    PayoutReopened,
    Refunded,
    RefundedUnasked,
    ShortfallBorne,
    UnitReserved,
)
from ...ports.language.orders import CancelReason, OrderStatus
from ...ports.language.rules import MarketRules
from ...ports.orders import Orders
from ...ports.outbox import Outbox
from ...ports.transaction import Transaction
from .advance import order_cancelled
from .business_days import add_business_days
from .moves import is_legal
from .progress import Progress

SagaNews: TypeAlias = (
    StockReserved
    | StockRefused
    | PaymentCaptured
    | PaymentWasDeclined
    | PaymentAbandoned
    | PaymentCleared
    | PaymentRefunded
    | PaymentRefundedUnasked
    | PaymentShortfallBorne
    | AuthenticationPassed
    | AuthenticationFailed
    | PayoutPaid
    | PayoutWasRefused
    | PayoutWasReopened
    | FreezeRequested
)
"""What the other contexts report back on an order."""


@dataclass(frozen=True, slots=True)
class ContinueSaga:
    """Records on the order what another context reports, and so takes the next step.

    Stock reserved: the payment is requested. Paid: confirmed, and the seller ships within two
    business days. Stock refused, payment declined or abandoned: cancelled. A verdict: passed or
    failed. Money paid back (asked for or not), never taken, paid out or owed again: noted. A
    payout that must not leave: frozen.

    A report that comes twice, or too late for the order's state, changes nothing; but stock
    reserved for an order that was cancelled meanwhile is told of it again, and who was not charged
    in the end is noted on it.
    """

    transaction: Transaction
    orders: Orders
    outbox: Outbox
    progress: Progress
    clock: Clock
    rules: MarketRules

    async def __call__(self, news: SagaNews) -> None:
        """Take the step, if there is one."""
        async with self.transaction():
            order = await self.orders.get(news.order_id)
            event = self._event(news)
            if is_legal(order, event):
                await self.progress(order, event)
            elif _tells_of_no_charge(news) and is_legal(order, NotCharged()):
                await self.progress(order, NotCharged())
            elif isinstance(news, StockReserved) and order.status is OrderStatus.CANCELLED:
                await self.outbox.add(order_cancelled(order))

    def _event(self, news: SagaNews) -> OrderEvent:
        match news:
            case StockReserved():
                return UnitReserved()
            case StockRefused():
                return Cancelled(CancelReason.STOCK_REFUSED)
            case PaymentCaptured(amount=amount):
                days = self.rules.shipment_business_days
                return Paid(amount, add_business_days(self.clock.now(), days))
            case PaymentWasDeclined(reason=reason):
                return Cancelled(CancelReason.PAYMENT_DECLINED, reason)
            case PaymentAbandoned(reason=reason, charge_known=known):
                return Cancelled(reason, charge_known=known)
            case PaymentCleared():
                return NotCharged()
            case PaymentRefunded(amount=amount):
                return Refunded(amount)
            case PaymentRefundedUnasked(amount=amount):
                return RefundedUnasked(amount)
            case PaymentShortfallBorne(amount=amount, borne_by=borne_by):
                return ShortfallBorne(amount, borne_by)
            case AuthenticationPassed(authenticator_id=by):
                return Passed(by)
            case AuthenticationFailed(authenticator_id=by, reason=reason):
                return Failed(by, reason)
            case PayoutPaid(amount=amount, debt_settled=settled):
                return PaidOut(amount, settled)
            case PayoutWasRefused(reason=reason):
                return PayoutRefused(reason)
            case PayoutWasReopened(amount=amount, reason=reason):
                return PayoutReopened(amount, reason)
            case FreezeRequested(reason=reason, note=note):
                return PayoutFrozen(reason, note)


def _tells_of_no_charge(news: SagaNews) -> bool:
    """Whether the news says that the buyer was not charged, whatever else it came for."""
    match news:
        case PaymentWasDeclined() | PaymentAbandoned(charge_known=True):
            return True
        case _:
            return False
