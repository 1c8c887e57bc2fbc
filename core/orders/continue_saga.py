"""The saga of an order goes on when another context has done its part."""

from dataclasses import dataclass
from typing import TypeAlias

from ...ports.clock import Clock
from ...ports.language import steps
from ...ports.language.events import (
    AuthFailed,
    AuthPassed,
    BuyerNotCharged,
    FreezeRequested,
    PaymentAbandoned,
    PaymentCaptured,
    PaymentDeclined,
    PaymentRefunded,
    PaymentRefundedUnasked,
    PayoutPaid,
    PayoutRefused,
    PayoutReopened,
    ShortfallBorne,
    StockRefused,
    StockReserved,
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
    | PaymentDeclined
    | PaymentAbandoned
    | BuyerNotCharged
    | PaymentRefunded
    | PaymentRefundedUnasked
    | ShortfallBorne
    | AuthPassed
    | AuthFailed
    | PayoutPaid
    | PayoutRefused
    | PayoutReopened
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
            step = self._step(news)
            if is_legal(order, step):
                await self.progress(order, step)
            elif _tells_of_no_charge(news) and is_legal(order, steps.BuyerNotCharged()):
                await self.progress(order, steps.BuyerNotCharged())
            elif isinstance(news, StockReserved) and order.status is OrderStatus.CANCELLED:
                await self.outbox.add(order_cancelled(order))

    def _step(self, news: SagaNews) -> steps.OrderStep:
        match news:
            case StockReserved():
                return steps.StockReserved()
            case StockRefused():
                return steps.Cancelled(CancelReason.STOCK_REFUSED)
            case PaymentCaptured(amount=amount):
                days = self.rules.shipment_business_days
                return steps.Confirmed(amount, add_business_days(self.clock.now(), days))
            case PaymentDeclined(reason=reason):
                return steps.Cancelled(CancelReason.PAYMENT_DECLINED, reason)
            case PaymentAbandoned(reason=reason, charge_known=known):
                return steps.Cancelled(reason, charge_known=known)
            case BuyerNotCharged():
                return steps.BuyerNotCharged()
            case PaymentRefunded(amount=amount):
                return steps.PaymentRefunded(amount)
            case PaymentRefundedUnasked(amount=amount):
                return steps.PaymentRefundedUnasked(amount)
            case ShortfallBorne(amount=amount, borne_by=borne_by):
                return steps.ShortfallBorne(amount, borne_by)
            case AuthPassed(authenticator_id=by):
                return steps.AuthPassed(by)
            case AuthFailed(authenticator_id=by, reason=reason):
                return steps.AuthFailed(by, reason)
            case PayoutPaid(amount=amount, debt_settled=settled):
                return steps.PayoutPaid(amount, settled)
            case PayoutRefused(reason=reason):
                return steps.PayoutRefused(reason)
            case PayoutReopened(amount=amount, reason=reason):
                return steps.PayoutReopened(amount, reason)
            case FreezeRequested(reason=reason, note=note):
                return steps.PayoutFrozen(reason, note)


def _tells_of_no_charge(news: SagaNews) -> bool:
    """Whether the news says that the buyer was not charged, whatever else it came for."""
    match news:
        case PaymentDeclined() | PaymentAbandoned(charge_known=True):
            return True
        case _:
            return False
