"""The moves of an order: which are legal in which state."""

from ...ports.language.errors import IllegalMove
from ...ports.language.order_history import (
    Cancelled,
    Delivered,
    Dispatched,
    Failed,
    NotCharged,
    OrderEvent,
    Paid,
    PaidOut,
    Passed,
    PayoutRefused,
    Received,
    Refunded,
    ReturnSent,
    ShipByExtended,
    Shipped,
    UnitReserved,
)
from ...ports.language.orders import (
    CancelReason,
    Order,
    OrderStatus,
    PaymentStatus,
    PayoutStatus,
    ReturnStatus,
    StockStatus,
)

MOVES: dict[OrderStatus, tuple[type[OrderEvent], ...]] = {
    OrderStatus.PENDING: (UnitReserved, Paid, Cancelled),
    OrderStatus.CONFIRMED: (ShipByExtended, Shipped, Cancelled),
    OrderStatus.SELLER_SHIPPING: (Received, Cancelled),
    OrderStatus.AUTHENTICATING: (Passed, Failed),
    OrderStatus.AUTH_PASSED: (Dispatched,),
    OrderStatus.SHIPPING_TO_BUYER: (Delivered,),
    OrderStatus.DELIVERED: (PaidOut, PayoutRefused),
    OrderStatus.CANCELLED: (NotCharged, Refunded),
    OrderStatus.AUTH_FAILED: (Refunded, ReturnSent),
}
"""What can be recorded in each state. An order that does none of these stays as it is."""

CANCEL_REASONS: dict[OrderStatus, tuple[CancelReason, ...]] = {
    OrderStatus.PENDING: (
        CancelReason.PAYMENT_DECLINED,
        CancelReason.PAYMENT_OVERDUE,
        CancelReason.GIVEN_UP,
        CancelReason.STOCK_REFUSED,
    ),
    OrderStatus.CONFIRMED: (
        CancelReason.SELLER_CANCELLED,
        CancelReason.SHIPMENT_OVERDUE,
        CancelReason.ADMIN_CANCELLED,
    ),
    OrderStatus.SELLER_SHIPPING: (CancelReason.ARRIVAL_OVERDUE, CancelReason.ADMIN_CANCELLED),
}
"""Why an order may be cancelled in each state."""

_MAY_BE_REFUNDED = (
    PaymentStatus.REFUND_DUE,
    PaymentStatus.ABANDONED,
    PaymentStatus.UNKNOWN,
    PaymentStatus.DECLINED,
)
"""Also a charge that nobody waited for any more can succeed late."""


def is_legal(order: Order, event: OrderEvent) -> bool:
    """Return whether the order can record this event now."""
    if type(event) not in MOVES[order.status]:
        return False
    if isinstance(event, Cancelled):
        return event.reason in CANCEL_REASONS[order.status]
    return _is_due(order, type(event))


def legal_moves(order: Order) -> tuple[str, ...]:
    """Return the names of the moves that the order can make now."""
    return tuple(move.TYPE for move in MOVES[order.status] if _is_due(order, move))


def check_legal(order: Order, event: OrderEvent) -> None:
    """Raise IllegalMove, with the moves that are legal, unless the order can record this now."""
    if not is_legal(order, event):
        # A cancellation may be legal for another reason, but is no answer to who asked for this.
        legal = tuple(move for move in legal_moves(order) if move != event.TYPE)
        raise IllegalMove(order_id=order.id, status=order.status, move=event.TYPE, legal=legal)


def _is_due(order: Order, move: type[OrderEvent]) -> bool:
    """Whether the states beside the order's own allow the move."""
    if move is UnitReserved:
        return order.stock_status is StockStatus.UNRESERVED
    if move is Paid:
        return order.stock_status is StockStatus.RESERVED
    if move is ShipByExtended:
        return not order.ship_by_extended
    if move is NotCharged:
        return order.payment_status is PaymentStatus.UNKNOWN
    if move is Refunded:
        return order.payment_status in _MAY_BE_REFUNDED
    if move is ReturnSent:
        return order.return_status is ReturnStatus.DUE
    if move is PaidOut:
        return order.payout_status is not PayoutStatus.PAID
    if move is PayoutRefused:
        return order.payout_status is PayoutStatus.HELD
    return True
