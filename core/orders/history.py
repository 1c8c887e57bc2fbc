"""The history of an order, folded into its row."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from ...ports.language.order_history import (
    Cancelled,
    Delivered,
    Dispatched,
    Failed,
    NotCharged,
    Opened,
    OrderEvent,
    Paid,
    PaidOut,
    Passed,
    PayoutRefused,
    Received,
    RecordedEvent,
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


def fold(history: Iterable[RecordedEvent]) -> Order:
    """Return the order that a whole history gives."""
    order: Order | None = None
    for recorded in history:
        order = apply(order, recorded.event, recorded.at)
        assert order.version == recorded.number, recorded
    assert order is not None, "a history begins with its opening"
    return order


def apply(order: Order | None, event: OrderEvent, at: datetime) -> Order:
    """Return the order after one more event. It does not ask whether the event is legal."""
    if isinstance(event, Opened):
        assert order is None, "an order is opened once"
        return _open(event, at)
    assert order is not None, "a history begins with its opening"
    return replace(_change(order, event, at), updated_at=at, version=order.version + 1)


def _open(event: Opened, at: datetime) -> Order:
    match = event.match
    return Order(
        id=match.id,
        bid_id=match.bid_id,
        ask_id=match.ask_id,
        buyer_id=match.buyer_id,
        seller_id=match.seller_id,
        book=match.book,
        price=match.price,
        fees=event.fees,
        matched_at=match.matched_at,
        updated_at=at,
        version=1,
        ship_to=event.ship_to,
    )


def _change(order: Order, event: OrderEvent, at: datetime) -> Order:
    match event:
        case UnitReserved():
            return replace(order, stock_status=StockStatus.RESERVED)
        case Paid(ship_by=ship_by):
            return replace(
                order,
                status=OrderStatus.CONFIRMED,
                payment_status=PaymentStatus.CAPTURED,
                ship_by=ship_by,
            )
        case ShipByExtended(ship_by=ship_by):
            return replace(order, ship_by=ship_by, ship_by_extended=True)
        case Shipped(shipment=shipment):
            return replace(order, status=OrderStatus.SELLER_SHIPPING, inbound=shipment)
        case Received():
            return replace(order, status=OrderStatus.AUTHENTICATING)
        case Passed():
            return replace(order, status=OrderStatus.AUTH_PASSED)
        case Failed(reason=reason):
            return replace(
                order,
                status=OrderStatus.AUTH_FAILED,
                payment_status=PaymentStatus.REFUND_DUE,
                stock_status=StockStatus.REMOVED,
                return_status=ReturnStatus.DUE,
                note=reason,
            )
        case Dispatched(shipment=shipment):
            return replace(order, status=OrderStatus.SHIPPING_TO_BUYER, outbound=shipment)
        case ReturnSent(shipment=shipment):
            return replace(order, return_status=ReturnStatus.SENT, outbound=shipment)
        case Delivered():
            return replace(
                order,
                status=OrderStatus.DELIVERED,
                stock_status=StockStatus.CONSUMED,
                payout_status=PayoutStatus.HELD,
                delivered_at=at,
            )
        case Cancelled():
            return _cancel(order, event)
        case NotCharged():
            return replace(order, payment_status=PaymentStatus.ABANDONED)
        case Refunded():
            return replace(order, payment_status=PaymentStatus.REFUNDED)
        case PaidOut():
            return replace(order, payout_status=PayoutStatus.PAID)
        case PayoutRefused():
            return replace(order, payout_status=PayoutStatus.FAILED)
        case Opened():
            raise AssertionError("an order is opened once")


def _cancel(order: Order, event: Cancelled) -> Order:
    stock = order.stock_status
    if stock is StockStatus.RESERVED:
        stock = StockStatus.RELEASED if event.reason.ask_returns else StockStatus.REMOVED
    return replace(
        order,
        status=OrderStatus.CANCELLED,
        payment_status=_payment_of_cancelled(order, event),
        stock_status=stock,
        cancel_reason=event.reason,
        note=event.note,
    )


def _payment_of_cancelled(order: Order, event: Cancelled) -> PaymentStatus:
    if order.payment_status is PaymentStatus.CAPTURED:
        return PaymentStatus.REFUND_DUE
    if event.reason is CancelReason.PAYMENT_DECLINED:
        return PaymentStatus.DECLINED
    if event.reason in (CancelReason.PAYMENT_OVERDUE, CancelReason.GIVEN_UP):
        return PaymentStatus.ABANDONED if event.charge_known else PaymentStatus.UNKNOWN
    # Somebody ended the order while its payment was under way, if that was requested at all.
    was_requested = order.stock_status is StockStatus.RESERVED
    return PaymentStatus.UNKNOWN if was_requested else PaymentStatus.ABANDONED
