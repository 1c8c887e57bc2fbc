"""The deadlines of an order: which ones begin with a step, and which still matter after it."""

from datetime import datetime

from ...ports.language.complaints import ComplaintState
from ...ports.language.deadlines import Deadline, DeadlineKind
from ...ports.language.orders import (
    FreezeReason,
    Order,
    OrderStatus,
    PaymentStatus,
    PayoutStatus,
    ReturnStatus,
)
from ...ports.language.rules import MarketRules
from ...ports.language.steps import (
    Complained,
    Confirmed,
    MatchCreated,
    OrderStep,
    PayoutFrozen,
    PutOff,
    Received,
    SellerShipped,
    ShipByExtended,
    Shipped,
)

_STATES: dict[DeadlineKind, OrderStatus] = {
    DeadlineKind.PAYMENT: OrderStatus.PENDING,
    DeadlineKind.GIVE_UP: OrderStatus.PENDING,
    DeadlineKind.SHIPMENT: OrderStatus.CONFIRMED,
    DeadlineKind.ARRIVAL: OrderStatus.SELLER_SHIPPING,
    DeadlineKind.CLAIM: OrderStatus.AUTHENTICATING,
    DeadlineKind.REVIEW: OrderStatus.AUTHENTICATING,
    DeadlineKind.DISPATCH: OrderStatus.AUTH_PASSED,
    DeadlineKind.TRANSIT: OrderStatus.SHIPPING_TO_BUYER,
    DeadlineKind.DELIVERY: OrderStatus.SHIPPING_TO_BUYER,
}
"""The deadlines that matter in one state only."""

_UNPAID = (PayoutStatus.HELD, PayoutStatus.FAILED)
_OVER = (OrderStatus.CANCELLED, OrderStatus.AUTH_FAILED)


def matters(order: Order, kind: DeadlineKind) -> bool:
    """Return whether a deadline of this kind has an effect in the order's state."""
    if kind in _STATES:
        return order.status is _STATES[kind]
    match kind:
        case DeadlineKind.COMPLAINT:
            return _complaint_is(order, ComplaintState.OPEN)
        case DeadlineKind.COMPLAINT_RETURN:
            return _complaint_is(order, ComplaintState.RETURN_AWAITED)
        case DeadlineKind.RETURN:
            return order.return_status is ReturnStatus.DUE
        case DeadlineKind.REFUND:
            return order.payment_status in (PaymentStatus.REFUND_DUE, PaymentStatus.UNKNOWN)
        case DeadlineKind.PAYOUT:
            return order.may_be_paid_out
        case DeadlineKind.PAYOUT_ANSWER:
            return order.payout_status in _UNPAID
        case DeadlineKind.FREEZE:
            to_come = order.payout_status is PayoutStatus.NONE and order.status not in _OVER
            frozen = bool(order.freezes - {FreezeReason.COMPLAINT})
            return frozen and (to_come or order.payout_status in _UNPAID)
        case _:
            raise AssertionError(f"no rule says when {kind} matters")


def deadlines_begun(
    before: Order | None, after: Order, step: OrderStep, at: datetime, rules: MarketRules
) -> tuple[Deadline, ...]:
    """Return the deadlines that begin with a step.

    Some begin with the step itself. Others begin with a state that any step may bring about: a pair
    that must go back, a payout that nothing stops any more, or a refund that is due. A refund may
    also be due if it is unknown whether the buyer was charged.
    """
    due = _begun_by(after, step, at, rules)
    if isinstance(step, PutOff):
        due = _put_off(after, step, rules)
    brought_about = {
        DeadlineKind.DISPATCH: at + rules.dispatch_window,
        DeadlineKind.REFUND: at + rules.answer_window,
        DeadlineKind.RETURN: at + rules.return_window,
        DeadlineKind.COMPLAINT_RETURN: at + rules.complaint_return_window,
        DeadlineKind.PAYOUT: max(at, _hold_ends_at(after, at, rules)),
    }
    for kind, due_at in brought_about.items():
        if matters(after, kind) and (before is None or not matters(before, kind)):
            due[kind] = due_at
    return tuple(Deadline(kind, after.id, due_at) for kind, due_at in due.items())


def deadlines_ended(before: Order | None, after: Order) -> tuple[DeadlineKind, ...]:
    """Return the deadlines that no longer matter after a step; some of them may not be running."""
    if before is None:
        return ()
    return tuple(k for k in DeadlineKind if matters(before, k) and not matters(after, k))


def _begun_by(
    order: Order, step: OrderStep, at: datetime, rules: MarketRules
) -> dict[DeadlineKind, datetime]:
    match step:
        case MatchCreated():
            return {DeadlineKind.GIVE_UP: at + rules.give_up_after}
        case Confirmed(ship_by=ship_by) | ShipByExtended(ship_by=ship_by):
            return {DeadlineKind.SHIPMENT: ship_by}
        case SellerShipped():
            return {DeadlineKind.ARRIVAL: at + rules.arrival_window}
        case Received():
            return {DeadlineKind.CLAIM: at + rules.claim_window}
        case Shipped() if order.status is OrderStatus.SHIPPING_TO_BUYER:
            return {
                DeadlineKind.TRANSIT: at + rules.transit_window,
                DeadlineKind.DELIVERY: at + rules.delivery_window,
            }
        case Complained():
            return {DeadlineKind.COMPLAINT: at + rules.decision_window}
        case PayoutFrozen():
            return {DeadlineKind.FREEZE: at + rules.alarm_interval}
        case _:
            return {}


def _put_off(order: Order, step: PutOff, rules: MarketRules) -> dict[DeadlineKind, datetime]:
    """Return the deadlines that the step puts off, and that the order's row also stores.

    A hold that was already over is not put off.
    """
    if step.ship_by is not None:
        return {DeadlineKind.SHIPMENT: step.ship_by}
    hold_ends_at = _hold_ends_at(order, step.until, rules)
    if matters(order, DeadlineKind.PAYOUT) and hold_ends_at > step.until:
        return {DeadlineKind.PAYOUT: hold_ends_at}
    return {}


def _hold_ends_at(order: Order, at: datetime, rules: MarketRules) -> datetime:
    """Return when the payout's hold ends: `at` if the pair was never delivered."""
    return at if order.held_since is None else order.held_since + rules.payout_hold


def _complaint_is(order: Order, state: ComplaintState) -> bool:
    return order.complaint is not None and order.complaint.state is state
