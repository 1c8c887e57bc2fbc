"""The saga: what an order's next event brings with it."""

from dataclasses import dataclass
from datetime import datetime

from ...ports.language.deadlines import Deadline, DeadlineKind
from ...ports.language.events import (
    Event,
    MatchCreated,
    OrderAuthFailed,
    OrderAuthPassed,
    OrderCancelled,
    OrderCreated,
    OrderDelivered,
    OrderReceived,
    OrderSellerShipped,
    OrderShipped,
    PaymentRequested,
)
from ...ports.language.order_history import (
    Cancelled,
    Delivered,
    Dispatched,
    Failed,
    Opened,
    OrderEvent,
    Paid,
    Passed,
    Received,
    RecordedEvent,
    ShipByExtended,
    Shipped,
    UnitReserved,
)
from ...ports.language.orders import Order
from ...ports.language.rules import MarketRules
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
    begins = _begins(after, event, at, rules)
    return Step(
        order=after,
        recorded=RecordedEvent(after.id, after.version, at, event),
        messages=_messages(after, event),
        begins=(begins,) if begins is not None else (),
        ends=_ends(event),
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
        case _:
            return ()


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
        order.id, order.buyer_id, order.seller_id, order.price, order.delivered_at
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
    )


def _begins(order: Order, event: OrderEvent, at: datetime, rules: MarketRules) -> Deadline | None:
    """The deadline that begins with this event."""
    match event:
        case Opened():
            return Deadline(DeadlineKind.GIVE_UP, order.id, at + rules.give_up_after)
        case Paid(ship_by=ship_by) | ShipByExtended(ship_by=ship_by):
            return Deadline(DeadlineKind.SHIPMENT, order.id, ship_by)
        case Shipped():
            return Deadline(DeadlineKind.ARRIVAL, order.id, at + rules.arrival_window)
        case Dispatched():
            return Deadline(DeadlineKind.DELIVERY, order.id, at + rules.delivery_window)
        case Delivered():
            return Deadline(DeadlineKind.PAYOUT, order.id, at + rules.payout_hold)
        case _:
            return None


def _ends(event: OrderEvent) -> tuple[DeadlineKind, ...]:
    """The deadlines that no longer matter."""
    match event:
        case Paid():
            return (DeadlineKind.PAYMENT, DeadlineKind.GIVE_UP)
        case Shipped():
            return (DeadlineKind.SHIPMENT,)
        case Received():
            return (DeadlineKind.ARRIVAL,)
        case Delivered():
            return (DeadlineKind.DELIVERY,)
        case Cancelled():
            return tuple(DeadlineKind)
        case _:
            return ()
