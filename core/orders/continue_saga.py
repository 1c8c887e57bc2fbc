"""Continue an order's saga when another context reports back."""

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
    PaymentRefundFailed,
    PayoutPaid,
    PayoutRefused,
    PayoutReopened,
    ReleaseRequested,
    ShortfallBorne,
    StockRefused,
    StockReserved,
)
from ...ports.language.orders import CancelReason, Order, OrderStatus
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
    | PaymentRefundFailed
    | ShortfallBorne
    | AuthPassed
    | AuthFailed
    | PayoutPaid
    | PayoutRefused
    | PayoutReopened
    | FreezeRequested
    | ReleaseRequested
)
"""The events that other contexts report about an order."""


@dataclass(frozen=True, slots=True)
class ContinueSaga:
    """Records reports of other contexts, each on its order as the next step.

    If the stock is reserved, the payment is requested. If the buyer paid, the order is confirmed
    and the seller has two business days to ship. If the stock is refused, or the payment declined
    or abandoned, the order is cancelled. A verdict passes or fails the pair. Refunds (also unasked
    ones), charges that were never made and payouts paid or owed again are recorded. A freeze
    request freezes the payout, and a release request ends one reason for it.

    A duplicate report, or one too late for the order's state, changes nothing, with two exceptions.
    If stock is reserved for an order that was cancelled meanwhile, OrderCancelled is published
    again, because catalog must release it. If a late report says that the buyer was not charged,
    the order records that.
    """

    transaction: Transaction
    orders: Orders
    outbox: Outbox
    progress: Progress
    clock: Clock
    rules: MarketRules

    async def __call__(self, *reports: SagaNews) -> None:
        """Take each step that is legal, in one transaction."""
        async with self.transaction():
            orders = {**await self.orders.lock({news.order_id for news in reports})}
            for news in reports:
                orders[news.order_id] = await self._continue(orders[news.order_id], news)

    async def _continue(self, order: Order, news: SagaNews) -> Order:
        """Return the order after the step, or as it was."""
        step = self._step(news)
        if is_legal(order, step):
            return await self.progress(order, step)
        if _says_not_charged(news) and is_legal(order, steps.BuyerNotCharged()):
            return await self.progress(order, steps.BuyerNotCharged())
        if isinstance(news, StockReserved) and order.status is OrderStatus.CANCELLED:
            await self.outbox.add(order_cancelled(order))
        return order

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
            case PaymentRefundFailed(amount=amount, reason=reason, owed=owed):
                return steps.PaymentRefundFailed(amount, reason, owed)
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
            case ReleaseRequested(reason=reason, note=note):
                return steps.PayoutReleased(reason, note)


def _says_not_charged(news: SagaNews) -> bool:
    """Whether the event also says that the buyer was not charged."""
    match news:
        case PaymentDeclined() | PaymentAbandoned(charge_known=True):
            return True
        case _:
            return False
