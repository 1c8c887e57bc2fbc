"""Folds the history of an order into its current state."""

from collections.abc import Iterable
from datetime import datetime

from ...ports.language.complaints import Bearer, Complaint, ComplaintKind, ComplaintState
from ...ports.language.invariants import ensure
from ...ports.language.orders import (
    CancelReason,
    DeliveryProof,
    FreezeReason,
    Order,
    OrderStatus,
    PaymentStatus,
    PayoutStatus,
    ReturnStatus,
    StockStatus,
)
from ...ports.language.records import replace
from ...ports.language.steps import (
    AuthFailed,
    AuthPassed,
    BuyerNotCharged,
    Cancelled,
    CarrierReceiptNoted,
    Complained,
    ComplaintDismissed,
    ComplaintUpheld,
    Confirmed,
    Delivered,
    MatchCreated,
    OrderStep,
    PairArrived,
    PaymentRefunded,
    PaymentRefundedUnasked,
    PaymentRefundFailed,
    PayoutFrozen,
    PayoutPaid,
    PayoutRefused,
    PayoutReleased,
    PayoutReopened,
    PutOff,
    Received,
    RecordedStep,
    RefundGranted,
    Returned,
    SellerShipped,
    ShipByExtended,
    Shipped,
    ShortfallBorne,
    StockReserved,
)


def fold(history: Iterable[RecordedStep]) -> Order:
    """Return the order that results from its complete history."""
    order: Order | None = None
    for recorded in history:
        order = apply(order, recorded.step, recorded.at)
        ensure(order.version == recorded.number, recorded)
    assert order is not None, "a history begins with its opening"
    return order


def apply(order: Order | None, step: OrderStep, at: datetime) -> Order:
    """Return the order after one more step, without checking that the step is legal."""
    if isinstance(step, MatchCreated):
        assert order is None, "an order is opened once"
        return _open(step, at)
    assert order is not None, "a history begins with its opening"
    return replace(_change(order, step, at), updated_at=at, version=order.version + 1)


def _open(step: MatchCreated, at: datetime) -> Order:
    match = step.match
    return Order(
        id=match.id,
        bid_id=match.bid_id,
        ask_id=match.ask_id,
        buyer_id=match.buyer_id,
        seller_id=match.seller_id,
        book=match.book,
        price=match.price,
        fees=step.fees,
        matched_at=match.matched_at,
        updated_at=at,
        version=1,
    )


def _change(order: Order, step: OrderStep, at: datetime) -> Order:
    match step:
        case StockReserved():
            return replace(order, stock_status=StockStatus.RESERVED)
        case Confirmed(ship_by=ship_by):
            return replace(
                order,
                status=OrderStatus.CONFIRMED,
                payment_status=PaymentStatus.CAPTURED,
                ship_by=ship_by,
            )
        case ShipByExtended(ship_by=ship_by):
            return replace(order, ship_by=ship_by, ship_by_extended=True)
        case PutOff(ship_by=ship_by, held_since=held_since):
            return replace(
                order,
                ship_by=ship_by or order.ship_by,
                held_since=held_since or order.held_since,
            )
        case SellerShipped(shipment=shipment):
            return replace(order, status=OrderStatus.SELLER_SHIPPING, inbound=shipment)
        case Received():
            return replace(order, status=OrderStatus.AUTHENTICATING)
        case AuthPassed():
            return replace(order, status=OrderStatus.AUTH_PASSED)
        case AuthFailed(reason=reason):
            return replace(
                order,
                status=OrderStatus.AUTH_FAILED,
                payment_status=PaymentStatus.REFUND_DUE,
                stock_status=StockStatus.REMOVED,
                return_status=ReturnStatus.DUE,
                borne_by=Bearer.SELLER,
                note=reason,
            )
        case Shipped(shipment=shipment) if order.status is OrderStatus.DELIVERED:
            return replace(order, return_status=ReturnStatus.SENT, outbound=shipment)
        case Shipped(shipment=shipment):
            return replace(order, status=OrderStatus.SHIPPING_TO_BUYER, outbound=shipment)
        case Returned(shipment=shipment):
            return replace(order, return_status=ReturnStatus.SENT, outbound=shipment)
        case Delivered(proof=proof):
            return _deliver(order, proof, at)
        case Cancelled():
            return _cancel(order, step)
        case BuyerNotCharged():
            return replace(order, payment_status=PaymentStatus.ABANDONED)
        case PaymentRefunded():
            return replace(order, payment_status=PaymentStatus.REFUNDED)
        case PaymentRefundedUnasked(amount=amount):
            return replace(order, refunded_unasked=order.refunded_unasked + amount)
        case PaymentRefundFailed(owed=True):
            return replace(order, payment_status=PaymentStatus.REFUND_DUE)
        case PaymentRefundFailed(amount=amount):
            return replace(order, refunded_unasked=order.refunded_unasked - amount)
        case ShortfallBorne():
            return order
        case PairArrived():
            return _arrive(order)
        case RefundGranted(borne_by=borne_by, note=note):
            return _refund(_settle_complaint(order, ComplaintState.UPHELD, note), borne_by)
        case CarrierReceiptNoted():
            return replace(order, carrier_had_it=True)
        case PayoutPaid() | PayoutRefused() | PayoutReopened() | PayoutFrozen() | PayoutReleased():
            return _change_payout(order, step)
        case Complained() | ComplaintDismissed() | ComplaintUpheld():
            return _change_complaint(order, step, at)
        case MatchCreated():
            raise AssertionError("an order is opened once")


def _change_payout(
    order: Order, step: PayoutPaid | PayoutRefused | PayoutReopened | PayoutFrozen | PayoutReleased
) -> Order:
    match step:
        case PayoutPaid():
            paid = PayoutStatus.PAID
            if order.payout_status is PayoutStatus.CANCELLED:
                paid = PayoutStatus.RECLAIMED
            return replace(order, payout_status=paid)
        case PayoutRefused() | PayoutReopened():
            return replace(order, payout_status=PayoutStatus.FAILED)
        case PayoutFrozen(reason=reason):
            return replace(order, freezes=order.freezes | {reason})
        case PayoutReleased(reason=reason):
            return replace(order, freezes=order.freezes - {reason})


def _change_complaint(
    order: Order, step: Complained | ComplaintDismissed | ComplaintUpheld, at: datetime
) -> Order:
    match step:
        case Complained(kind=kind, reason=reason):
            freezes = order.freezes | {FreezeReason.COMPLAINT}
            return replace(order, complaint=Complaint(kind, reason, at), freezes=freezes)
        case ComplaintDismissed(note=note):
            return _settle_complaint(order, ComplaintState.DISMISSED, note)
        case ComplaintUpheld(note=note, borne_by=borne_by):
            assert order.complaint is not None, order
            is_back = step.return_waived or order.return_status is ReturnStatus.DUE
            if order.complaint.kind is ComplaintKind.NOT_AS_DESCRIBED and not is_back:
                awaited = ComplaintState.RETURN_AWAITED
                complaint = replace(order.complaint, state=awaited, answer=note)
                return replace(order, complaint=complaint, borne_by=borne_by)
            order = _settle_complaint(order, ComplaintState.UPHELD, note)
            if order.status is OrderStatus.DELIVERED:
                return _refund(order, borne_by)
            ended = Cancelled(CancelReason.NOT_RECEIVED, note, step.by, borne_by=borne_by)
            return _cancel(order, ended)


def _settle_complaint(order: Order, state: ComplaintState, answer: str | None) -> Order:
    """Return the order with its open complaint, if any, settled."""
    if order.complaint is None or order.complaint.is_settled:
        return order
    complaint = replace(order.complaint, state=state, answer=answer or order.complaint.answer)
    borne_by = None if state is ComplaintState.DISMISSED else order.borne_by
    freezes = order.freezes - {FreezeReason.COMPLAINT}
    return replace(order, complaint=complaint, freezes=freezes, borne_by=borne_by)


def _deliver(order: Order, proof: DeliveryProof, at: datetime) -> Order:
    """Return the order as delivered, with a complaint that the pair is missing withdrawn."""
    order = _settle_complaint(order, ComplaintState.WITHDRAWN, None)
    return replace(
        order,
        status=OrderStatus.DELIVERED,
        stock_status=StockStatus.CONSUMED,
        payout_status=PayoutStatus.HELD,
        delivered_at=at,
        held_since=at,
        delivery_proof=proof,
    )


def _arrive(order: Order) -> Order:
    """Return the order with its pair back in the warehouse."""
    if order.status is OrderStatus.SHIPPING_TO_BUYER:
        return replace(order, status=OrderStatus.AUTH_PASSED, outbound=None)
    borne_by = order.borne_by
    if order.awaits_return:
        assert borne_by is not None, order
        order = _refund(_settle_complaint(order, ComplaintState.UPHELD, None), borne_by)
    return replace(order, return_status=_return(order))


def _return(order: Order) -> ReturnStatus:
    """Return DUE for a pair in the warehouse, or KEPT if the exchange pays the seller for it."""
    return ReturnStatus.KEPT if order.exchange_pays else ReturnStatus.DUE


def _refund(order: Order, borne_by: Bearer) -> Order:
    """Return the delivered order with the refund due."""
    payout = order.payout_status
    if borne_by is not Bearer.EXCHANGE:
        paid = payout is PayoutStatus.PAID
        payout = PayoutStatus.RECLAIMED if paid else PayoutStatus.CANCELLED
    refunded = replace(
        order,
        payment_status=PaymentStatus.REFUND_DUE,
        payout_status=payout,
        borne_by=borne_by,
    )
    if order.return_status is ReturnStatus.DUE:  # it was due back to its buyer until now
        return replace(refunded, return_status=_return(refunded))
    return refunded


def _cancel(order: Order, step: Cancelled) -> Order:
    order = _settle_complaint(order, ComplaintState.UPHELD, step.note)
    stock, payout, borne_by = order.stock_status, order.payout_status, None
    if order.payment_status is PaymentStatus.CAPTURED:
        borne_by = step.borne_by or Bearer.SELLER
        if borne_by is Bearer.EXCHANGE and _was_handed_over(order):
            payout = PayoutStatus.HELD
    if stock is StockStatus.RESERVED:
        stock = StockStatus.RELEASED if step.reason.ask_returns else StockStatus.REMOVED
    ended = replace(
        order,
        status=OrderStatus.CANCELLED,
        payment_status=_payment_of_cancelled(order, step),
        stock_status=stock,
        payout_status=payout,
        borne_by=borne_by,
        cancel_reason=step.reason,
        note=step.note,
    )
    if order.status in _IN_THE_WAREHOUSE:
        return replace(ended, return_status=_return(ended))
    return ended


_IN_THE_WAREHOUSE = (OrderStatus.AUTHENTICATING, OrderStatus.AUTH_PASSED)


def _was_handed_over(order: Order) -> bool:
    """Whether the seller of a running order is known to have handed over the pair.

    A tracking number is no proof because anybody can make one up. Either the warehouse or a carrier
    must have had the pair.
    """
    in_hand = (*_IN_THE_WAREHOUSE, OrderStatus.SHIPPING_TO_BUYER)
    return order.status in in_hand or order.carrier_had_it


def _payment_of_cancelled(order: Order, step: Cancelled) -> PaymentStatus:
    if order.payment_status is PaymentStatus.CAPTURED:
        return PaymentStatus.REFUND_DUE
    if step.reason is CancelReason.PAYMENT_DECLINED:
        return PaymentStatus.DECLINED
    if step.reason in (CancelReason.PAYMENT_OVERDUE, CancelReason.GIVEN_UP):
        return PaymentStatus.ABANDONED if step.charge_known else PaymentStatus.UNKNOWN
    # The order ended while the payment was under way, if it was requested at all.
    was_requested = order.stock_status is StockStatus.RESERVED
    return PaymentStatus.UNKNOWN if was_requested else PaymentStatus.ABANDONED
