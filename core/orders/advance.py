"""The saga: what an order's next event brings with it."""

from dataclasses import dataclass
from datetime import datetime

from ...ports.language.alarms import AlarmKind
from ...ports.language.deadlines import Deadline, DeadlineKind
from ...ports.language.events import (
    AlarmRaised,
    ComplaintDecided,
    Event,
    MatchCreated,
    OrderAuthFailed,
    OrderAuthPassed,
    OrderCancelled,
    OrderComplained,
    OrderCreated,
    OrderDelivered,
    OrderReceived,
    OrderRefundGranted,
    OrderReturned,
    OrderSellerShipped,
    OrderShipped,
    PaymentRequested,
    PayoutWasFrozen,
    PayoutWasReleased,
    PenaltyExcused,
)
from ...ports.language.order_history import (
    Cancelled,
    CarrierReceiptNoted,
    Complained,
    ComplaintDismissed,
    ComplaintUpheld,
    Delivered,
    Dispatched,
    Failed,
    Opened,
    OrderEvent,
    Paid,
    PairArrived,
    Passed,
    PayoutFrozen,
    PayoutReleased,
    Received,
    RecordedEvent,
    RefundGranted,
    ReturnSent,
    Shipped,
    UnitReserved,
)
from ...ports.language.orders import (
    CancelReason,
    Order,
    OrderStatus,
    PaymentStatus,
)
from ...ports.language.rules import MarketRules
from .deadlines import deadlines_begun, deadlines_ended
from .history import apply
from .moves import check_legal


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the saga, to be committed as a whole: the order as it is now, the event that
    made it so, the messages to the other contexts, and the deadlines that begin and end.
    """

    order: Order
    recorded: RecordedEvent
    messages: tuple[Event, ...] = ()
    begins: tuple[Deadline, ...] = ()
    ends: tuple[DeadlineKind, ...] = ()


def advance(order: Order | None, event: OrderEvent, at: datetime, rules: MarketRules) -> Step:
    """Return the step that `event` takes the order. Raises IllegalMove.

    Pure: the same order, event and instant give the same step.
    """
    if order is not None:
        check_legal(order, event)
    after = apply(order, event, at)
    return Step(
        order=after,
        recorded=RecordedEvent(after.id, after.version, at, event),
        messages=(*_messages(after, event), *_refund_granted(order, after, event)),
        begins=deadlines_begun(order, after, event, at, rules),
        ends=deadlines_ended(order, after),
    )


def _messages(order: Order, event: OrderEvent) -> tuple[Event, ...]:
    """What the other contexts are told."""
    match event:
        case Opened():
            return (_match_created(order),)
        case UnitReserved():
            return (PaymentRequested(order.id, order.buyer_id, order.buyer_total),)
        case Paid(ship_by=ship_by):
            return (_order_created(order, ship_by),)
        case Shipped(shipment=s):
            return (OrderSellerShipped(order.id, s.carrier, s.tracking_number),)
        case Received():
            return (OrderReceived(order.id),)
        case Passed():
            return (OrderAuthPassed(order.id, order.buyer_id, order.seller_id),)
        case Failed(reason=reason):
            return (
                OrderAuthFailed(order.id, order.buyer_id, order.seller_id, order.price, reason),
            )
        case Dispatched(shipment=s):
            return (
                OrderShipped(
                    order.id, order.buyer_id, order.seller_id, s.carrier, s.tracking_number
                ),
            )
        case Delivered():
            return (_order_delivered(order),)
        case Cancelled():
            return (order_cancelled(order),)
        case ReturnSent(shipment=s) if order.sale_stands:
            return (
                OrderShipped(
                    order.id, order.buyer_id, order.seller_id, s.carrier, s.tracking_number
                ),
            )
        case PairArrived():
            return _arrived(order)
        case ReturnSent(shipment=s):
            return (
                OrderReturned(
                    order.id, order.buyer_id, order.seller_id, s.carrier, s.tracking_number
                ),
            )
        case Complained():
            return _complained(order)
        case ComplaintDismissed() | ComplaintUpheld():
            return _complaint_decided(order)
        case PayoutFrozen(reason=reason, note=note):
            return (PayoutWasFrozen(order.id, reason, note),)
        case PayoutReleased():
            return () if order.freezes else (PayoutWasReleased(order.id),)
        case CarrierReceiptNoted() if order.status is OrderStatus.CANCELLED:
            return (PenaltyExcused(order.id, order.seller_id),)
        case _:
            return ()


def _arrived(order: Order) -> tuple[Event, ...]:
    """An admin looks at a pair that nobody waited for, where somebody may have to decide."""
    kind = AlarmKind.PAIR_CAME_BACK
    if order.status is OrderStatus.AUTH_PASSED:
        note = "The pair came back on its way to its buyer, and is to be dispatched again."
    elif order.sale_stands:
        note = "The pair came back from its buyer, and the sale stands: it is the buyer's."
    elif order.cancel_reason is CancelReason.ARRIVAL_OVERDUE and order.owes_penalty:
        kind = AlarmKind.PAIR_ARRIVED_LATE
        note = "The pair arrived, and its seller owes a penalty, unless the carrier had it in time."
    else:
        return ()
    return (AlarmRaised(kind, order.id, note),)


def _complained(order: Order) -> tuple[Event, ...]:
    assert order.complaint is not None, order
    kind, reason = order.complaint.kind, order.complaint.reason
    alarm = AlarmRaised(
        AlarmKind.COMPLAINT_OPEN, order.id, f"The buyer complained: {kind.replace('_', ' ')}."
    )
    return OrderComplained(order.id, kind, reason), alarm


def _complaint_decided(order: Order) -> tuple[Event, ...]:
    complaint = order.complaint
    assert complaint is not None, order
    decided = ComplaintDecided(order.id, complaint.kind, complaint.state, complaint.answer or "")
    if order.status is OrderStatus.CANCELLED:
        return decided, order_cancelled(order)
    return (decided,)


def _refund_granted(before: Order | None, after: Order, event: OrderEvent) -> tuple[Event, ...]:
    """Whatever the event: a delivered pair is to be refunded from now on."""
    was_due = before is not None and before.payment_status is PaymentStatus.REFUND_DUE
    if (
        after.status is not OrderStatus.DELIVERED
        or after.payment_status is not PaymentStatus.REFUND_DUE
        or was_due
    ):
        return ()
    assert after.borne_by is not None, after
    assert after.delivered_at is not None, after
    return (
        OrderRefundGranted(
            order_id=after.id,
            buyer_id=after.buyer_id,
            seller_id=after.seller_id,
            price=after.price,
            borne_by=after.borne_by,
            delivered_at=after.delivered_at,
            note=event.note if isinstance(event, RefundGranted) else None,
        ),
    )


def _match_created(order: Order) -> MatchCreated:
    return MatchCreated(
        order_id=order.id,
        bid_id=order.bid_id,
        ask_id=order.ask_id,
        buyer_id=order.buyer_id,
        seller_id=order.seller_id,
        book=order.book,
        price=order.price,
        matched_at=order.matched_at,
    )


def _order_created(order: Order, ship_by: datetime) -> OrderCreated:
    return OrderCreated(
        order_id=order.id,
        buyer_id=order.buyer_id,
        seller_id=order.seller_id,
        book=order.book,
        price=order.price,
        matched_at=order.matched_at,
        ship_by=ship_by,
    )


def _order_delivered(order: Order) -> OrderDelivered:
    assert order.delivered_at is not None, order
    return OrderDelivered(
        order.id,
        order.buyer_id,
        order.seller_id,
        order.price,
        order.delivered_at,
        proof=order.delivery_proof,
    )


def order_cancelled(order: Order) -> OrderCancelled:
    """Return the news that the order was cancelled. It may be told again: all who hear it know."""
    assert order.cancel_reason is not None, order
    return OrderCancelled(
        order_id=order.id,
        bid_id=order.bid_id,
        ask_id=order.ask_id,
        buyer_id=order.buyer_id,
        seller_id=order.seller_id,
        book=order.book,
        price=order.price,
        reason=order.cancel_reason,
        note=order.note,
        confirmed=order.ship_by is not None,
    )
