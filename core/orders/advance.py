"""The saga: the events and deadlines that follow from an order's next step."""

from dataclasses import dataclass
from datetime import datetime

from ...ports.language import steps
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
    OrderConfirmed,
    OrderDelivered,
    OrderReceived,
    OrderRefundGranted,
    OrderReturned,
    OrderSellerShipped,
    OrderShipped,
    PaymentRequested,
    PayoutFrozen,
    PayoutReleased,
    PenaltyExcused,
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
class StepTaken:
    """A step and its consequences, committed together.

    They are the updated order, the recorded step, the events for the other contexts, and the
    deadlines that begin and end.
    """

    order: Order
    recorded: steps.RecordedStep
    events: tuple[Event, ...] = ()
    begins: tuple[Deadline, ...] = ()
    ends: tuple[DeadlineKind, ...] = ()


def advance(
    order: Order | None, step: steps.OrderStep, at: datetime, rules: MarketRules
) -> StepTaken:
    """Return the order's next step with its consequences. Raises IllegalMove.

    Pure: the result depends only on the arguments.
    """
    if order is not None:
        check_legal(order, step)
    after = apply(order, step, at)
    return StepTaken(
        order=after,
        recorded=steps.RecordedStep(after.id, after.version, at, step),
        events=(*_events(after, step), *_refund_granted(order, after, step)),
        begins=deadlines_begun(order, after, step, at, rules),
        ends=deadlines_ended(order, after),
    )


def _events(order: Order, step: steps.OrderStep) -> tuple[Event, ...]:
    """Return the events for the other contexts."""
    match step:
        case steps.MatchCreated():
            return (match_created(order),)
        case steps.StockReserved():
            return (PaymentRequested(order.id, order.buyer_id, order.buyer_total),)
        case steps.Confirmed(ship_by=ship_by):
            return (order_confirmed(order, ship_by),)
        case steps.SellerShipped(shipment=s):
            return (OrderSellerShipped(order.id, s.carrier, s.tracking_number),)
        case steps.Received():
            return (OrderReceived(order.id),)
        case steps.AuthPassed():
            return (OrderAuthPassed(order.id, order.buyer_id, order.seller_id),)
        case steps.AuthFailed(reason=reason):
            return (order_auth_failed(order, reason),)
        case steps.Shipped(shipment=s):
            return (
                OrderShipped(
                    order.id, order.buyer_id, order.seller_id, s.carrier, s.tracking_number
                ),
            )
        case steps.Delivered():
            return (_order_delivered(order),)
        case steps.Cancelled():
            return (order_cancelled(order),)
        case steps.PairArrived():
            return _arrived(order)
        case steps.Returned(shipment=s):
            return (
                OrderReturned(
                    order.id, order.buyer_id, order.seller_id, s.carrier, s.tracking_number
                ),
            )
        case steps.Complained():
            return _complained(order)
        case steps.ComplaintDismissed() | steps.ComplaintUpheld():
            return _complaint_decided(order)
        case steps.PayoutFrozen(reason=reason, note=note):
            return (PayoutFrozen(order.id, reason, note),)
        case steps.PayoutReleased():
            return () if order.freezes else (PayoutReleased(order.id),)
        case steps.CarrierReceiptNoted() if order.status is OrderStatus.CANCELLED:
            return (PenaltyExcused(order.id, order.seller_id),)
        case _:
            return ()


def _arrived(order: Order) -> tuple[Event, ...]:
    """Return an alarm for an unexpected pair if an admin may have to decide about it."""
    kind = AlarmKind.PAIR_CAME_BACK
    if order.status is OrderStatus.AUTH_PASSED:
        note = "The pair came back on its way to the buyer and must be dispatched again."
    elif order.sale_stands:
        note = "The buyer sent the pair back, but the sale stands: the pair belongs to the buyer."
    elif order.cancel_reason is CancelReason.ARRIVAL_OVERDUE and order.owes_penalty:
        kind = AlarmKind.PAIR_ARRIVED_LATE
        note = "The pair arrived late. The seller owes a penalty unless the carrier had it in time."
    else:
        return ()
    return (AlarmRaised(kind, order.id, note),)


def _complained(order: Order) -> tuple[Event, ...]:
    assert order.complaint is not None, order
    kind = order.complaint.kind
    alarm = AlarmRaised(
        AlarmKind.COMPLAINT_OPEN, order.id, f"The buyer complained: {kind.replace('_', ' ')}."
    )
    return OrderComplained(order.id, kind), alarm


def _complaint_decided(order: Order) -> tuple[Event, ...]:
    complaint = order.complaint
    assert complaint is not None, order
    decided = ComplaintDecided(order.id, complaint.kind, complaint.state)
    if order.status is OrderStatus.CANCELLED:
        return decided, order_cancelled(order)
    return (decided,)


def _refund_granted(before: Order | None, after: Order, step: steps.OrderStep) -> tuple[Event, ...]:
    """Return OrderRefundGranted if the step, of any kind, makes a refund due after delivery."""
    was_due = before is not None and before.payment_status is PaymentStatus.REFUND_DUE
    if (
        after.status is not OrderStatus.DELIVERED
        or after.payment_status is not PaymentStatus.REFUND_DUE
        or was_due
        or isinstance(step, steps.PaymentRefundFailed)
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
            note=step.note if isinstance(step, steps.RefundGranted) else None,
        ),
    )


def match_created(order: Order) -> MatchCreated:
    """Return the MatchCreated event. It can be published again: its consumers are idempotent."""
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


def order_auth_failed(order: Order, reason: str) -> OrderAuthFailed:
    """Return the OrderAuthFailed event. It can be published again."""
    return OrderAuthFailed(order.id, order.buyer_id, order.seller_id, order.price, reason)


def order_confirmed(order: Order, ship_by: datetime) -> OrderConfirmed:
    """Return the OrderConfirmed event. It can be published again."""
    return OrderConfirmed(
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
    """Return the OrderCancelled event. It can be published again: its consumers are idempotent."""
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
