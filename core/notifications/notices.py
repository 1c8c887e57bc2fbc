"""The notices that an event causes, for the buyer and for the seller."""

from datetime import datetime
from typing import TypeAlias

from ...ports.language.catalog import Product
from ...ports.language.complaint_notices import (
    OrderComplainedNotice,
    OrderComplaintDecidedNotice,
    OrderRefundedNotice,
    PayoutFrozenNotice,
    PayoutReleasedNotice,
    PenaltyReversedNotice,
    RefundFailedNotice,
    SaleComplainedNotice,
    SaleComplaintDecidedNotice,
    SaleRefundedNotice,
    SaleReturnedNotice,
)
from ...ports.language.complaints import Complaint, ComplaintKind, ComplaintState
from ...ports.language.events import (
    ComplaintDecided,
    MatchCreated,
    MatchUnwound,
    OrderAuthFailed,
    OrderAuthPassed,
    OrderCancelled,
    OrderComplained,
    OrderConfirmed,
    OrderDelivered,
    OrderRefundGranted,
    OrderReturned,
    OrderShipped,
    PaymentDeclined,
    PaymentNeedsBuyer,
    PaymentRefundFailed,
    PayoutFrozen,
    PayoutPaid,
    PayoutRefused,
    PayoutReleased,
    PenaltyReversed,
)
from ...ports.language.market import AskFate, BookKey, WithdrawalReason
from ...ports.language.money import Cents
from ...ports.language.notifications import Notice, Shoe, Warehouse
from ...ports.language.orders import CancelReason, Order, PaymentStatus, PayoutStatus, ReturnStatus
from ...ports.language.rules import MarketRules
from ...ports.language.trade_notices import (
    AskMatchedNotice,
    BidMatchedNotice,
    OrderAuthFailedNotice,
    OrderAuthPassedNotice,
    OrderCancelledNotice,
    OrderConfirmedNotice,
    OrderDeliveredNotice,
    OrderShippedNotice,
    PaymentDeclinedNotice,
    PaymentNeedsBuyerNotice,
    PayoutPaidNotice,
    PayoutRefusedNotice,
    SaleAuthFailedNotice,
    SaleAuthPassedNotice,
    SaleCancelledNotice,
    SaleConfirmedNotice,
    SaleDeliveredNotice,
)

TradeNews: TypeAlias = (
    MatchCreated
    | MatchUnwound
    | PaymentNeedsBuyer
    | PaymentDeclined
    | OrderConfirmed
    | OrderCancelled
    | OrderAuthPassed
    | OrderAuthFailed
    | OrderShipped
    | OrderDelivered
    | PayoutPaid
    | PayoutRefused
    | OrderReturned
    | OrderComplained
    | ComplaintDecided
    | OrderRefundGranted
    | PaymentRefundFailed
    | PayoutFrozen
    | PayoutReleased
    | PenaltyReversed
)
"""Events of an order that its buyer or seller may be notified of."""

_PAID = (PaymentStatus.CAPTURED, PaymentStatus.REFUND_DUE, PaymentStatus.REFUNDED)


def shoe_of(product: Product, book: BookKey) -> Shoe:
    """Return a pair with the product's full name and style code."""
    name = f"{product.brand} {product.model} {product.colorway}"
    return Shoe(book, name, product.style_code)


def notice_to_buyer(
    event: TradeNews, order: Order, shoe: Shoe, rules: MarketRules, warehouse: Warehouse
) -> Notice | None:
    """Return the buyer's notice of an event, or None."""
    trade = order.id, shoe
    match event:
        case MatchCreated():
            return BidMatchedNotice(*trade, order.price, order.buyer_total)
        case PaymentNeedsBuyer(url=url, until=until):
            return PaymentNeedsBuyerNotice(*trade, order.buyer_total, url, until)
        case PaymentDeclined(reason=reason):
            return PaymentDeclinedNotice(*trade, order.buyer_total, reason)
        case OrderConfirmed():
            return OrderConfirmedNotice(*trade, order.price, order.fees.shipping, order.buyer_total)
        case OrderCancelled(reason=CancelReason.PAYMENT_DECLINED):
            # The notice of the declined payment says so already.
            return None
        case OrderCancelled(reason=why, note=note):
            unknown = order.payment_status is PaymentStatus.UNKNOWN
            back = _refund(order)
            kept = order.buyer_total - order.refunded_unasked - back if back else 0
            return OrderCancelledNotice(
                *trade, why, note, back, unknown, kept, _complaint_decided(order, None)
            )
        case OrderAuthPassed():
            return OrderAuthPassedNotice(*trade)
        case OrderAuthFailed(reason=reason):
            return OrderAuthFailedNotice(*trade, reason, _refund(order))
        case OrderShipped(carrier=carrier, tracking_number=number):
            return OrderShippedNotice(*trade, carrier, number, order.delivered_at is None)
        case OrderDelivered(delivered_at=at, proof=proof):
            until = (order.held_since or at) + rules.complaint_window
            return OrderDeliveredNotice(*trade, at, until, proof)
        case OrderComplained(kind=kind):
            return OrderComplainedNotice(*trade, kind, _complaint(order).reason)
        case ComplaintDecided(kind=kind, state=state):
            send_to = warehouse if state is ComplaintState.RETURN_AWAITED else None
            answer = _complaint(order).answer or ""
            return OrderComplaintDecidedNotice(*trade, kind, state, answer, send_to)
        case OrderRefundGranted():
            refund = order.refund_amount
            kept = order.buyer_total - order.refunded_unasked - refund
            decided = _complaint_decided(order, event)
            return OrderRefundedNotice(*trade, refund, kept, event.note, decided)
        case PaymentRefundFailed(amount=amount, reason=reason, owed=True):
            return RefundFailedNotice(*trade, amount, reason)
        case _:
            return None


def notice_to_seller(
    event: TradeNews, order: Order, shoe: Shoe, rules: MarketRules, warehouse: Warehouse
) -> Notice | None:
    """Return the seller's notice of an event, or None."""
    trade = order.id, shoe
    match event:
        case MatchCreated():
            return AskMatchedNotice(*trade, order.price, order.payout_amount)
        case OrderConfirmed(ship_by=ship_by):
            by = order.ship_by or ship_by
            return SaleConfirmedNotice(*trade, order.price, order.payout_amount, warehouse, by)
        case MatchUnwound(ask=ask, withdrawal=withdrawal):
            # Sent here and not on cancellation, because the ask's fate is known only now.
            return _sale_cancelled(order, shoe, rules, ask, withdrawal)
        case OrderAuthPassed():
            return SaleAuthPassedNotice(*trade, order.payout_amount)
        case OrderAuthFailed(reason=reason):
            return SaleAuthFailedNotice(*trade, reason, rules.penalty_of(order.price))
        case OrderDelivered(delivered_at=at):
            held_until = (order.held_since or at) + rules.payout_hold
            return SaleDeliveredNotice(*trade, order.payout_amount, held_until)
        case PayoutPaid(amount=amount, debt_settled=settled):
            return PayoutPaidNotice(*trade, amount, settled)
        case PayoutRefused(amount=amount, reason=reason):
            return PayoutRefusedNotice(*trade, amount, reason)
        case OrderReturned(carrier=carrier, tracking_number=number):
            return SaleReturnedNotice(*trade, carrier, number)
        case PaymentNeedsBuyer() | PaymentDeclined() | OrderShipped() | OrderCancelled():
            return None
        case PaymentRefundFailed():
            return None
        case _:
            return _notice_of_complaint(event, order, shoe, rules)


def _sale_cancelled(
    order: Order,
    shoe: Shoe,
    rules: MarketRules,
    ask: AskFate,
    withdrawal: WithdrawalReason | None,
) -> SaleCancelledNotice:
    why = order.cancel_reason
    assert why is not None, f"the match of {order.id} was unwound, but the order is not cancelled"
    return SaleCancelledNotice(
        order.id,
        shoe,
        reason=why,
        note=None if why.noted_for_buyer else order.note,
        penalty=rules.penalty_of(order.price) if order.owes_penalty else 0,
        ask=ask,
        withdrawal=withdrawal,
        payout=order.payout_amount if order.exchange_pays else 0,
        returned=order.return_status is ReturnStatus.DUE,
        complaint=_complaint_decided(order, None),
    )


def _notice_of_complaint(
    event: OrderComplained
    | ComplaintDecided
    | OrderRefundGranted
    | PayoutFrozen
    | PayoutReleased
    | PenaltyReversed,
    order: Order,
    shoe: Shoe,
    rules: MarketRules,
) -> Notice:
    """Return the seller's notice of a complaint, a refund, a frozen payout or a penalty."""
    trade = order.id, shoe
    match event:
        case OrderComplained(kind=kind):
            return SaleComplainedNotice(*trade, kind, _complaint(order).reason)
        case ComplaintDecided(kind=kind, state=state):
            return SaleComplaintDecidedNotice(*trade, kind, state, _complaint(order).answer or "")
        case OrderRefundGranted(borne_by=borne_by):
            reclaimed = order.payout_status is PayoutStatus.RECLAIMED
            owed = order.payout_amount if reclaimed else 0
            returned = order.return_status is ReturnStatus.DUE
            decided = _complaint_decided(order, event)
            return SaleRefundedNotice(*trade, borne_by, owed, returned, event.note, decided)
        case PayoutFrozen(reason=why):
            return PayoutFrozenNotice(*trade, why)
        case PayoutReleased():
            due_at = _hold_ends_at(order, rules)
            delivered = order.payout_status is not PayoutStatus.NONE
            return PayoutReleasedNotice(*trade, order.payout_amount, due_at, delivered)
        case PenaltyReversed(cancelled=cancelled, paid_back=paid_back):
            return PenaltyReversedNotice(*trade, cancelled, paid_back)


def _complaint_decided(order: Order, event: OrderRefundGranted | None) -> ComplaintKind | None:
    """Return the kind of the complaint that an admin's refund or cancellation decided, if any.

    A decision on the complaint itself has its own notice.
    """
    complaint = order.complaint
    if complaint is None or complaint.state is not ComplaintState.UPHELD:
        return None
    if event is None:
        by_itself = order.cancel_reason is CancelReason.ADMIN_CANCELLED
    else:
        by_itself = event.note is not None
    return complaint.kind if by_itself else None


def _complaint(order: Order) -> Complaint:
    assert order.complaint is not None, f"nobody has complained of {order.id}"
    return order.complaint


def _hold_ends_at(order: Order, rules: MarketRules) -> datetime | None:
    """Return the end of the hold, or None if it had ended when the order last changed."""
    if order.held_since is None or order.held_since + rules.payout_hold <= order.updated_at:
        return None
    return order.held_since + rules.payout_hold


def _refund(order: Order) -> Cents:
    """Return the buyer's refund: the whole payment, or the price if the buyer bears the refund."""
    return order.refund_amount if order.payment_status in _PAID else 0
