"""The moves of an order that are legal in each state."""

from ...ports.language.complaints import ComplaintKind, ComplaintState
from ...ports.language.errors import IllegalMove
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
    RefundGranted,
    Returned,
    SellerShipped,
    ShipByExtended,
    Shipped,
    ShortfallBorne,
    StockReserved,
)

MOVES: dict[OrderStatus, tuple[type[OrderStep], ...]] = {
    OrderStatus.PENDING: (StockReserved, Confirmed, Cancelled),
    OrderStatus.CONFIRMED: (ShipByExtended, SellerShipped, Cancelled),
    OrderStatus.SELLER_SHIPPING: (Received, Cancelled),
    OrderStatus.AUTHENTICATING: (AuthPassed, AuthFailed, Cancelled),
    OrderStatus.AUTH_PASSED: (Shipped, ComplaintDismissed, ComplaintUpheld, Cancelled),
    OrderStatus.SHIPPING_TO_BUYER: (
        Delivered,
        Complained,
        ComplaintDismissed,
        ComplaintUpheld,
        PairArrived,
        Cancelled,
    ),
    OrderStatus.DELIVERED: (
        PayoutPaid,
        PayoutRefused,
        Complained,
        ComplaintDismissed,
        ComplaintUpheld,
        RefundGranted,
        PaymentRefunded,
        PairArrived,
        Shipped,
        Returned,
    ),
    OrderStatus.CANCELLED: (
        BuyerNotCharged,
        PaymentRefunded,
        PayoutPaid,
        PayoutRefused,
        PairArrived,
        Returned,
    ),
    OrderStatus.AUTH_FAILED: (PaymentRefunded, PairArrived, Returned),
}
"""The steps that can be recorded in each state."""

_NOT_REQUESTED_BY_USERS = (
    StockReserved,
    Confirmed,
    BuyerNotCharged,
    PaymentRefunded,
    PayoutPaid,
    PayoutRefused,
)
"""The moves that no user can request: they report what happened to the stock or the money."""

NOTES: tuple[type[OrderStep], ...] = (
    PayoutFrozen,
    PayoutReleased,
    PayoutReopened,
    PaymentRefundedUnasked,
    PaymentRefundFailed,
    ShortfallBorne,
    CarrierReceiptNoted,
    PutOff,
)
"""Steps that are recorded in addition to the moves and do not change the order's state."""

CANCEL_REASONS: dict[OrderStatus, tuple[CancelReason, ...]] = {
    OrderStatus.PENDING: (
        CancelReason.PAYMENT_DECLINED,
        CancelReason.PAYMENT_OVERDUE,
        CancelReason.GIVEN_UP,
        CancelReason.STOCK_REFUSED,
        CancelReason.ADMIN_CANCELLED,
    ),
    OrderStatus.CONFIRMED: (
        CancelReason.SELLER_CANCELLED,
        CancelReason.SHIPMENT_OVERDUE,
        CancelReason.ADMIN_CANCELLED,
    ),
    OrderStatus.SELLER_SHIPPING: (CancelReason.ARRIVAL_OVERDUE, CancelReason.ADMIN_CANCELLED),
    OrderStatus.AUTHENTICATING: (CancelReason.ADMIN_CANCELLED,),
    OrderStatus.AUTH_PASSED: (CancelReason.ADMIN_CANCELLED,),
    OrderStatus.SHIPPING_TO_BUYER: (CancelReason.ADMIN_CANCELLED,),
}
"""The reasons to cancel an order in each state. An admin can cancel in all of them."""

_MAY_BE_REFUNDED = (
    PaymentStatus.REFUND_DUE,
    PaymentStatus.ABANDONED,
    PaymentStatus.UNKNOWN,
    PaymentStatus.DECLINED,
)
"""A charge can still succeed late, after the exchange stopped waiting for it."""


def is_legal(order: Order, step: OrderStep) -> bool:
    """Return whether the order can record this step now."""
    if type(step) in NOTES:
        return _can_be_noted(order, step)
    if type(step) not in MOVES[order.status] or not _is_due(order, type(step)):
        return False
    match step:
        case Cancelled(reason=reason):
            return reason in CANCEL_REASONS[order.status]
        case Delivered(proof=proof):
            # A deadline cannot settle a complaint, and an admin must decide it instead.
            return proof is DeliveryProof.BUYER or not _has_complaint(order)
        case Complained(kind=kind):
            return kind in complaint_kinds(order)
        case ComplaintUpheld(return_waived=waived):
            return waived or not order.awaits_return
        case _:
            return True


def legal_moves(order: Order) -> tuple[str, ...]:
    """Return the names of the moves that the order can make now."""
    return tuple(move.TYPE for move in MOVES[order.status] if _is_due(order, move))


def check_legal(order: Order, step: OrderStep) -> None:
    """Raise IllegalMove, with the legal moves that users can request, unless the step is legal."""
    if not is_legal(order, step):
        # The same move with other data may be legal, but listing it would confuse the user.
        no_answer = {step.TYPE, *(move.TYPE for move in _NOT_REQUESTED_BY_USERS)}
        legal = tuple(move for move in legal_moves(order) if move not in no_answer)
        raise IllegalMove(order_id=order.id, status=order.status, move=step.TYPE, legal=legal)


def complaint_kinds(order: Order) -> tuple[ComplaintKind, ...]:
    """Return the complaints that the order's state allows the buyer, ignoring the window."""
    if order.status is not OrderStatus.DELIVERED:
        return (ComplaintKind.NOT_RECEIVED,)
    if order.delivery_proof is DeliveryProof.BUYER:
        return (ComplaintKind.NOT_AS_DESCRIBED,)
    return tuple(ComplaintKind)


def _is_due(order: Order, move: type[OrderStep]) -> bool:
    """Whether the order's other states (payment, stock, payout, return) allow the move."""
    if move is StockReserved:
        return order.stock_status is StockStatus.UNRESERVED
    if move is Confirmed:
        return order.stock_status is StockStatus.RESERVED
    if move is ShipByExtended:
        return not order.ship_by_extended
    if move is BuyerNotCharged:
        return order.payment_status is PaymentStatus.UNKNOWN
    if move is PaymentRefunded:
        return order.payment_status in _MAY_BE_REFUNDED
    if move is RefundGranted:
        return order.payment_status is PaymentStatus.CAPTURED
    if move is Complained:
        return _may_complain(order)
    if move in (ComplaintDismissed, ComplaintUpheld):
        return _has_complaint(order)
    if move in (PayoutPaid, PayoutRefused):
        return _pays_out(order, move)
    if move is PairArrived:
        return order.return_status in (ReturnStatus.NONE, ReturnStatus.SENT)
    if move in (Shipped, Returned):
        return _can_be_sent(order, move)
    return True


def _pays_out(order: Order, move: type[OrderStep]) -> bool:
    """Whether the order's payout can be paid, or refused by the provider."""
    payable: tuple[PayoutStatus, ...] = (PayoutStatus.HELD,)
    if move is PayoutPaid:
        # A payout requested before the refund may be paid after it.
        payable = (PayoutStatus.HELD, PayoutStatus.FAILED, PayoutStatus.CANCELLED)
    if _is_excused(order):
        # The seller gets the penalty back.
        payable = (*payable, PayoutStatus.NONE)
    return order.payout_status in payable


def _may_complain(order: Order) -> bool:
    """Whether the buyer can complain: a paid order without a complaint, or a withdrawn one."""
    complaint = order.complaint
    if complaint is not None and complaint.state is not ComplaintState.WITHDRAWN:
        return False
    return order.payment_status is PaymentStatus.CAPTURED


def _can_be_sent(order: Order, move: type[OrderStep]) -> bool:
    """Whether the pair can leave the warehouse to its buyer, or back to its seller.

    A pair that came back stays until a complaint about it is decided.
    """
    if order.status is OrderStatus.AUTH_PASSED:
        return True
    is_due = order.return_status is ReturnStatus.DUE and not _has_complaint(order)
    return is_due and order.sale_stands == (move is Shipped)


def _can_be_noted(order: Order, step: OrderStep) -> bool:
    match step:
        case PayoutFrozen(reason=reason):
            return (
                reason not in (*order.freezes, FreezeReason.COMPLAINT)
                and order.status is not OrderStatus.AUTH_FAILED
                and order.payout_status in _UNPAID[order.status is OrderStatus.CANCELLED]
            )
        case PayoutReleased(reason=reason):
            return reason in order.freezes - {FreezeReason.COMPLAINT}
        case PayoutReopened():
            return order.payout_status in _PAYABLE
        case PutOff(ship_by=ship_by):
            return _gives_time(order, to_ship=ship_by is not None)
        case PaymentRefundedUnasked() | PaymentRefundFailed() | ShortfallBorne():
            return True  # a fact, which is recorded in every state
        case CarrierReceiptNoted():
            late = order.cancel_reason is CancelReason.ARRIVAL_OVERDUE
            shipping = order.status is OrderStatus.SELLER_SHIPPING
            return not order.carrier_had_it and (shipping or late)
        case _:
            raise AssertionError(f"{step} is not a note")


def _gives_time(order: Order, *, to_ship: bool) -> bool:
    """Whether the seller may still ship the pair, or the buyer still complain about it."""
    if to_ship:
        return order.status is OrderStatus.CONFIRMED
    return order.held_since is not None and Complained.TYPE in legal_moves(order)


_PAYABLE = (PayoutStatus.HELD, PayoutStatus.FAILED, PayoutStatus.PAID)
"""States in which a payout may have been requested, and can be owed again."""

_UNPAID = {
    False: (PayoutStatus.NONE, PayoutStatus.HELD, PayoutStatus.FAILED),
    True: (PayoutStatus.HELD, PayoutStatus.FAILED),
}
"""Payout states that can be frozen, by whether the order is cancelled."""


def _has_complaint(order: Order) -> bool:
    return order.complaint is not None and not order.complaint.is_settled


def _is_excused(order: Order) -> bool:
    """Whether the seller is excused from the penalty of an overdue arrival."""
    return order.cancel_reason is CancelReason.ARRIVAL_OVERDUE and order.carrier_had_it
