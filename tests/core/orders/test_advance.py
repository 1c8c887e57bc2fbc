"""The events of each step of the saga, and the deadlines that begin and end with it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solebook.core.orders.advance import advance
from solebook.core.orders.history import fold
from solebook.core.orders.moves import is_legal
from solebook.ports.language.alarms import AlarmKind
from solebook.ports.language.complaints import Bearer, ComplaintKind, ComplaintState
from solebook.ports.language.deadlines import DeadlineKind
from solebook.ports.language.errors import IllegalMove
from solebook.ports.language.events import (
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
from solebook.ports.language.orders import (
    CancelReason,
    DeliveryProof,
    FreezeReason,
    Order,
    OrderStatus,
    PaymentStatus,
    PayoutStatus,
    ReturnStatus,
)

from ...exchange import MONDAY
from .walks import (
    MATCH,
    MOVES,
    OPENED,
    RULES,
    WAYS,
    WEDNESDAY,
    Walk,
    walked,
)

ID, BUYER, SELLER, PRICE = MATCH.id, MATCH.buyer_id, MATCH.seller_id, MATCH.price
REASON = "the stitching is wrong"


def cancelled(
    reason: CancelReason, note: str = "a note", *, confirmed: bool = True
) -> OrderCancelled:
    trade = ID, MATCH.bid_id, MATCH.ask_id, BUYER, SELLER, MATCH.book, PRICE
    return OrderCancelled(*trade, reason, note, confirmed=confirmed)


def refund_granted(walk: Walk, borne_by: Bearer) -> OrderRefundGranted:
    assert walk.order.delivered_at is not None
    return OrderRefundGranted(ID, BUYER, SELLER, PRICE, borne_by, walk.order.delivered_at)


CANCEL_REASONS = {
    "pending, reserved": (
        CancelReason.PAYMENT_DECLINED,
        CancelReason.PAYMENT_OVERDUE,
        CancelReason.GIVEN_UP,
        CancelReason.STOCK_REFUSED,
        CancelReason.ADMIN_CANCELLED,
    ),
    "confirmed": (
        CancelReason.SELLER_CANCELLED,
        CancelReason.SHIPMENT_OVERDUE,
        CancelReason.ADMIN_CANCELLED,
    ),
    "seller_shipping": (CancelReason.ARRIVAL_OVERDUE, CancelReason.ADMIN_CANCELLED),
    "authenticating": (CancelReason.ADMIN_CANCELLED,),
    "auth_passed": (CancelReason.ADMIN_CANCELLED,),
    "shipping_to_buyer": (CancelReason.ADMIN_CANCELLED,),
}
TOLD: list[tuple[str, str, tuple[Event, ...]]] = [
    ("pending", "stock_reserved", (PaymentRequested(ID, BUYER, 21_400),)),
    (
        "pending, reserved",
        "confirmed",
        (OrderConfirmed(ID, BUYER, SELLER, MATCH.book, PRICE, MONDAY, WEDNESDAY),),
    ),
    ("confirmed", "ship_by_extended", ()),
    ("confirmed", "seller_shipped", (OrderSellerShipped(ID, "UPS", "1Z1"),)),
    ("seller_shipping", "received", (OrderReceived(ID),)),
    ("authenticating", "auth_passed", (OrderAuthPassed(ID, BUYER, SELLER),)),
    ("authenticating", "auth_failed", (OrderAuthFailed(ID, BUYER, SELLER, PRICE, REASON),)),
    ("auth_passed", "shipped", (OrderShipped(ID, BUYER, SELLER, "FedEx", "2Z2"),)),
    ("auth_failed", "returned", (OrderReturned(ID, BUYER, SELLER, "FedEx", "2Z2"),)),
    (
        "shipping_to_buyer",
        "complained: not_received",
        (
            OrderComplained(ID, ComplaintKind.NOT_RECEIVED),
            AlarmRaised(AlarmKind.COMPLAINT_OPEN, ID, "The buyer complained: not received."),
        ),
    ),
    (
        "shipping_to_buyer, complained",
        "complaint_upheld: exchange",
        (
            ComplaintDecided(ID, ComplaintKind.NOT_RECEIVED, ComplaintState.UPHELD),
            cancelled(CancelReason.NOT_RECEIVED, "so it is"),
        ),
    ),
    (
        "delivered, complained",
        "complaint_dismissed",
        (
            ComplaintDecided(
                ID,
                ComplaintKind.NOT_AS_DESCRIBED,
                ComplaintState.DISMISSED,
            ),
        ),
    ),
    (
        "delivered, complained",
        "complaint_upheld: seller",
        (ComplaintDecided(ID, ComplaintKind.NOT_AS_DESCRIBED, ComplaintState.RETURN_AWAITED),),
    ),
    ("cancelled, captured", "pair_arrived", ()),
    ("seller_shipping", "carrier_receipt_noted", ()),
    ("cancelled, never arrived", "carrier_receipt_noted", (PenaltyExcused(ID, SELLER),)),
    ("delivered", "payout_frozen: admin", (PayoutFrozen(ID, FreezeReason.ADMIN, "wait"),)),
    ("delivered, frozen", "payout_released: admin", (PayoutReleased(ID),)),
    ("authenticating, frozen", "payout_released: provider", (PayoutReleased(ID),)),
    ("auth_failed", "payment_refunded", ()),
    ("delivered", "payout_paid", ()),
    ("delivered", "payout_refused", ()),
    *(
        (
            state,
            f"cancelled: {reason}",
            (cancelled(reason, confirmed=not state.startswith("pending")),),
        )
        for state, reasons in CANCEL_REASONS.items()
        for reason in reasons
    ),
]


@pytest.mark.parametrize(("state", "move", "messages"), TOLD)
def test_a_step_publishes_its_events(state: str, move: str, messages: tuple[Event, ...]) -> None:
    assert walked(WAYS[state]).take(MOVES[move]).events == messages


def test_opening_an_order_publishes_its_match() -> None:
    step = advance(None, OPENED, MONDAY, RULES)
    assert step.order.status is OrderStatus.PENDING
    assert (step.order.buyer_total, step.order.payout_amount) == (21_400, 17_600)
    assert step.events == (
        MatchCreated(ID, MATCH.bid_id, MATCH.ask_id, BUYER, SELLER, MATCH.book, PRICE, MONDAY),
    )


@pytest.mark.parametrize("proof", DeliveryProof)
def test_delivery_event_has_the_instant_and_the_proof(proof: DeliveryProof) -> None:
    walk = walked(WAYS["shipping_to_buyer"])
    step = walk.take(MOVES[f"delivered: {proof}"])
    assert step.events == (OrderDelivered(ID, BUYER, SELLER, PRICE, walk.at, proof),)
    assert walk.order.delivered_at == walk.at


@pytest.mark.parametrize(
    ("state", "move", "borne_by"),
    [
        ("delivered", "refund_granted: buyer", Bearer.BUYER),
        ("delivered, paid out", "refund_granted: exchange", Bearer.EXCHANGE),
        ("delivered, return awaited", "pair_arrived", Bearer.SELLER),
        ("delivered, complained", "complaint_upheld: seller, waived", Bearer.SELLER),
    ],
)
def test_refund_after_delivery_publishes_its_bearer_whatever_its_cause(
    state: str, move: str, borne_by: Bearer
) -> None:
    walk = walked(WAYS[state])
    note = "as agreed" if move.startswith("refund_granted") else None
    told = walk.take(MOVES[move]).events[-1]
    assert told == replace(refund_granted(walk, borne_by), note=note)


# ---- deadlines -------------------------------------------------------------------------------

RUNNING: dict[OrderStatus, set[DeadlineKind]] = {
    OrderStatus.PENDING: {DeadlineKind.GIVE_UP},
    OrderStatus.CONFIRMED: {DeadlineKind.SHIPMENT},
    OrderStatus.SELLER_SHIPPING: {DeadlineKind.ARRIVAL},
    OrderStatus.AUTHENTICATING: {DeadlineKind.CLAIM},
    OrderStatus.AUTH_PASSED: {DeadlineKind.DISPATCH},
    OrderStatus.SHIPPING_TO_BUYER: {DeadlineKind.DELIVERY, DeadlineKind.TRANSIT},
    OrderStatus.DELIVERED: set(),
    OrderStatus.CANCELLED: set(),
    OrderStatus.AUTH_FAILED: set(),
}


def running(order: Order) -> set[DeadlineKind]:
    """Return the deadlines that run in a state, so that no order is stuck forever."""
    frozen = order.freezes - {FreezeReason.COMPLAINT}
    ended = order.status in (OrderStatus.CANCELLED, OrderStatus.AUTH_FAILED)
    unpaid = order.payout_status in (PayoutStatus.HELD, PayoutStatus.FAILED)
    complaint = order.complaint.state if order.complaint else None
    also = {
        DeadlineKind.PAYOUT: unpaid and not order.freezes,
        DeadlineKind.FREEZE: frozen and (unpaid or not ended),
        DeadlineKind.REFUND: order.payment_status
        in (PaymentStatus.REFUND_DUE, PaymentStatus.UNKNOWN),
        DeadlineKind.RETURN: order.return_status is ReturnStatus.DUE,
        DeadlineKind.COMPLAINT: complaint is ComplaintState.OPEN,
        DeadlineKind.COMPLAINT_RETURN: complaint is ComplaintState.RETURN_AWAITED,
    }
    return RUNNING[order.status] | {kind for kind, runs in also.items() if runs}


def is_over(order: Order) -> bool:
    """Whether nothing is left to do for the order."""
    return (
        order.status in (OrderStatus.CANCELLED, OrderStatus.AUTH_FAILED, OrderStatus.DELIVERED)
        and order.payment_status is not PaymentStatus.REFUND_DUE
        and order.return_status is not ReturnStatus.DUE
        and order.payout_status not in (PayoutStatus.HELD, PayoutStatus.FAILED)
        and (order.complaint is None or order.complaint.is_settled)
    )


@pytest.mark.parametrize("state", WAYS)
def test_exactly_the_deadlines_of_a_state_run_in_it(state: str) -> None:
    walk = walked(WAYS[state])
    assert walk.deadlines.keys() == running(walk.order)


@pytest.mark.parametrize(
    ("state", "kind", "due_after"),
    [
        ("pending", DeadlineKind.GIVE_UP, timedelta(hours=1)),
        ("seller_shipping", DeadlineKind.ARRIVAL, timedelta(days=14)),
        ("shipping_to_buyer", DeadlineKind.DELIVERY, timedelta(days=14)),
        ("delivered", DeadlineKind.PAYOUT, timedelta(days=3)),
        ("authenticating", DeadlineKind.CLAIM, timedelta(days=2)),
        ("auth_passed", DeadlineKind.DISPATCH, timedelta(days=2)),
        ("auth_failed", DeadlineKind.RETURN, timedelta(days=3)),
        ("auth_failed", DeadlineKind.REFUND, timedelta(days=1)),
        ("shipping_to_buyer", DeadlineKind.TRANSIT, timedelta(days=10)),
        ("shipping_to_buyer, complained", DeadlineKind.COMPLAINT, timedelta(days=2)),
        ("delivered, return awaited", DeadlineKind.COMPLAINT_RETURN, timedelta(days=14)),
        ("delivered, frozen", DeadlineKind.FREEZE, timedelta(days=1)),
        ("cancelled, at the exchange's cost", DeadlineKind.PAYOUT, timedelta(0)),
    ],
)
def test_deadline_is_counted_from_its_step(
    state: str, kind: DeadlineKind, due_after: timedelta
) -> None:
    walk = walked(WAYS[state])
    assert walk.deadlines[kind] == walk.at + due_after


def test_shipment_deadline_is_the_announced_ship_by() -> None:
    assert walked(WAYS["confirmed"]).deadlines == {DeadlineKind.SHIPMENT: WEDNESDAY}
    extended = walked(WAYS["confirmed, extended"])
    assert extended.deadlines == {DeadlineKind.SHIPMENT: WEDNESDAY + timedelta(days=1)}
    assert extended.order.ship_by == WEDNESDAY + timedelta(days=1)


# ---- rows ------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", WAYS)
def test_a_history_folds_into_its_row(state: str) -> None:
    walk = walked(WAYS[state])
    assert fold(walk.history) == walk.order
    assert [recorded.number for recorded in walk.history] == list(range(1, len(walk.history) + 1))


def admins_way_out(order: Order) -> bool:
    """Whether the warehouse or an admin can bring the order closer to its end."""
    decisions = ("cancelled: admin_cancelled", "refund_granted: seller", "complaint_dismissed")
    others = (
        "returned",
        "payment_refunded",
        "payout_paid",
    )  # dispatch, and asking the provider again
    return any(is_legal(order, MOVES[move]) for move in decisions + others)


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(MOVES)), st.timedeltas(timedelta(0), timedelta(days=30))),
        max_size=25,
    )
)
def test_history_folds_into_the_row_after_random_steps(
    tries: list[tuple[str, timedelta]],
) -> None:
    walk = Walk.begun()
    for move, after in tries:
        before = walk.order
        try:
            walk.take(MOVES[move], after)
        except IllegalMove:
            assert walk.order is before
        assert fold(walk.history) == walk.order
        assert walk.order.version == len(walk.history)
        assert walk.order.updated_at == walk.at
        assert is_over(walk.order) or walk.deadlines
        assert is_over(walk.order) or admins_way_out(walk.order)
        assert walk.deadlines.keys() == running(walk.order)
