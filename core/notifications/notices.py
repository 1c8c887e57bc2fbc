"""Who is told what of an event."""

from typing import TypeAlias

from ...ports.language.catalog import Product
from ...ports.language.events import (
    MatchCreated,
    MatchUnwound,
    OrderAuthFailed,
    OrderAuthPassed,
    OrderCancelled,
    OrderCreated,
    OrderDelivered,
    OrderShipped,
    PaymentWasDeclined,
    PayoutPaid,
    PayoutWasRefused,
)
from ...ports.language.market import BookKey
from ...ports.language.money import Cents
from ...ports.language.notifications import (
    AskMatchedNotice,
    BidMatchedNotice,
    Notice,
    OrderAuthFailedNotice,
    OrderAuthPassedNotice,
    OrderCancelledNotice,
    OrderConfirmedNotice,
    OrderDeliveredNotice,
    OrderShippedNotice,
    PaymentDeclinedNotice,
    PayoutPaidNotice,
    PayoutRefusedNotice,
    SaleAuthFailedNotice,
    SaleAuthPassedNotice,
    SaleCancelledNotice,
    SaleConfirmedNotice,
    SaleDeliveredNotice,
    Shoe,
    Warehouse,
)
from ...ports.language.orders import CancelReason, Order, PaymentStatus
from ...ports.language.rules import MarketRules

TradeNews: TypeAlias = (
    MatchCreated
    | MatchUnwound
    | PaymentWasDeclined
    | OrderCreated
    | OrderCancelled
    | OrderAuthPassed
    | OrderAuthFailed
    | OrderShipped
    | OrderDelivered
    | PayoutPaid
    | PayoutWasRefused
)
"""What happens to an order and is told to its parties."""

_PAID = (PaymentStatus.CAPTURED, PaymentStatus.REFUND_DUE, PaymentStatus.REFUNDED)


def shoe_of(product: Product, book: BookKey) -> Shoe:
    """Return a pair as people call it."""
    name = f"{product.brand} {product.model} {product.colorway}"
    return Shoe(book, name, product.style_code)


def notice_to_buyer(event: TradeNews, order: Order, shoe: Shoe) -> Notice | None:
    """Return what the order's buyer is told of an event, if anything."""
    trade = order.id, shoe
    match event:
        case MatchCreated():
            return BidMatchedNotice(*trade, order.price, order.buyer_total)
        case PaymentWasDeclined(reason=reason):
            return PaymentDeclinedNotice(*trade, order.buyer_total, reason)
        case OrderCreated():
            return OrderConfirmedNotice(*trade, order.price, order.fees.shipping, order.buyer_total)
        case OrderCancelled(reason=CancelReason.PAYMENT_DECLINED):
            # That the payment was declined says it already.
            return None
        case OrderCancelled(reason=why, note=note):
            unknown = order.payment_status is PaymentStatus.UNKNOWN
            return OrderCancelledNotice(*trade, why, note, _refund(order), unknown)
        case OrderAuthPassed():
            return OrderAuthPassedNotice(*trade)
        case OrderAuthFailed(reason=reason):
            return OrderAuthFailedNotice(*trade, reason, _refund(order))
        case OrderShipped(carrier=carrier, tracking_number=number):
            return OrderShippedNotice(*trade, carrier, number)
        case OrderDelivered(delivered_at=at):
            return OrderDeliveredNotice(*trade, at)
        case MatchUnwound() | PayoutPaid() | PayoutWasRefused():
            return None


def notice_to_seller(
    event: TradeNews, order: Order, shoe: Shoe, rules: MarketRules, warehouse: Warehouse
) -> Notice | None:
    """Return what the order's seller is told of an event, if anything."""
    trade = order.id, shoe
    match event:
        case MatchCreated():
            return AskMatchedNotice(*trade, order.price, order.payout_amount)
        case OrderCreated(ship_by=ship_by):
            return SaleConfirmedNotice(*trade, order.price, order.payout_amount, warehouse, ship_by)
        case MatchUnwound(ask=ask, withdrawal=withdrawal):
            # Told of this and not of the cancellation, for only now is it known what became of
            # the ask.
            why = order.cancel_reason
            assert why is not None, f"the match of {order.id} was undone, which is not cancelled"
            note = None if why.noted_for_buyer else order.note
            penalty = rules.penalty_of(order.price) if why.seller_at_fault else 0
            return SaleCancelledNotice(*trade, why, note, penalty, ask, withdrawal)
        case OrderAuthPassed():
            return SaleAuthPassedNotice(*trade, order.payout_amount)
        case OrderAuthFailed(reason=reason):
            return SaleAuthFailedNotice(*trade, reason, rules.penalty_of(order.price))
        case OrderDelivered(delivered_at=at):
            return SaleDeliveredNotice(*trade, order.payout_amount, at + rules.payout_hold)
        case PayoutPaid(amount=amount, debt_settled=settled):
            return PayoutPaidNotice(*trade, amount, settled)
        case PayoutWasRefused(amount=amount, reason=reason):
            return PayoutRefusedNotice(*trade, amount, reason)
        case PaymentWasDeclined() | OrderShipped() | OrderCancelled():
            return None


def _refund(order: Order) -> Cents:
    """What the buyer gets back: all that was paid."""
    return order.buyer_total if order.payment_status in _PAID else 0
