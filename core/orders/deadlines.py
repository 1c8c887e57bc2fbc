"""The deadlines of an order: which ones begin with a step, and which still matter after it."""

from collections.abc import Sequence
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

_OF_STATE: dict[OrderStatus, tuple[DeadlineKind, ...]] = {
    OrderStatus.PENDING: (DeadlineKind.PAYMENT, DeadlineKind.GIVE_UP),
    OrderStatus.CONFIRMED: (DeadlineKind.SHIPMENT,),
    OrderStatus.SELLER_SHIPPING: (DeadlineKind.ARRIVAL,),
    OrderStatus.AUTHENTICATING: (DeadlineKind.CLAIM, DeadlineKind.REVIEW),
    OrderStatus.AUTH_PASSED: (DeadlineKind.DISPATCH,),
    OrderStatus.SHIPPING_TO_BUYER: (DeadlineKind.TRANSIT, DeadlineKind.DELIVERY),
}
"""The deadlines that matter in one state only."""

_UNPAID = (PayoutStatus.HELD, PayoutStatus.FAILED)
_REFUNDED_LATER = (PaymentStatus.REFUND_DUE, PaymentStatus.UNKNOWN)
_OVER = (OrderStatus.CANCELLED, OrderStatus.AUTH_FAILED)


def matters(order: Order, kind: DeadlineKind) -> bool:
    """Return whether a deadline of this kind has an effect in the order's state."""
    return kind in _all_that_matter(order)


def _all_that_matter(order: Order) -> Sequence[DeadlineKind]:
    """Return the kinds of deadlines that have an effect in the order's state."""
    kinds = list(_OF_STATE.get(order.status, ()))
    if order.complaint is not None:
        if order.complaint.state is ComplaintState.OPEN:
            kinds.append(DeadlineKind.COMPLAINT)
        elif order.complaint.state is ComplaintState.RETURN_AWAITED:
            kinds.append(DeadlineKind.COMPLAINT_RETURN)
    if order.return_status is ReturnStatus.DUE:
        kinds.append(DeadlineKind.RETURN)
    if order.payment_status in _REFUNDED_LATER:
        kinds.append(DeadlineKind.REFUND)
    if order.may_be_paid_out:
        kinds.append(DeadlineKind.PAYOUT)
    if order.payout_status in _UNPAID:
        kinds.append(DeadlineKind.PAYOUT_ANSWER)
    if order.freezes and _freeze_matters(order):
        kinds.append(DeadlineKind.FREEZE)
    return kinds


def _freeze_matters(order: Order) -> bool:
    to_come = order.payout_status is PayoutStatus.NONE and order.status not in _OVER
    frozen = bool(order.freezes - {FreezeReason.COMPLAINT})
    return frozen and (to_come or order.payout_status in _UNPAID)


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
    mattered = () if before is None else _all_that_matter(before)
    for kind in _all_that_matter(after):
        if kind not in mattered and (due_at := _brought_about(kind, after, at, rules)):
            due[kind] = due_at
    return tuple(Deadline(kind, after.id, due_at) for kind, due_at in due.items())


def deadlines_ended(before: Order | None, after: Order) -> tuple[DeadlineKind, ...]:
    """Return the deadlines that no longer matter after a step; some of them may not be running."""
    if before is None:
        return ()
    matter = _all_that_matter(after)
    return tuple(kind for kind in _all_that_matter(before) if kind not in matter)


def _brought_about(
    kind: DeadlineKind, order: Order, at: datetime, rules: MarketRules
) -> datetime | None:
    """Return when a deadline is due that begins as soon as it matters, whatever the step."""
    match kind:
        case DeadlineKind.DISPATCH:
            return at + rules.dispatch_window
        case DeadlineKind.REFUND:
            return at + rules.answer_window
        case DeadlineKind.RETURN:
            return at + rules.return_window
        case DeadlineKind.COMPLAINT_RETURN:
            return at + rules.complaint_return_window
        case DeadlineKind.PAYOUT:
            return max(at, hold_ends_at(order, at, rules))
        case _:
            return None


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
    held_until = hold_ends_at(order, step.until, rules)
    if matters(order, DeadlineKind.PAYOUT) and held_until > step.until:
        return {DeadlineKind.PAYOUT: held_until}
    return {}


def hold_ends_at(order: Order, at: datetime, rules: MarketRules) -> datetime:
    """Return when the payout's hold ends: `at` if the pair was never delivered."""
    return at if order.held_since is None else order.held_since + rules.payout_hold
