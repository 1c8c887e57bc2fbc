"""What each step of the saga tells the others, and which deadlines begin and end with it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solebook.core.orders.advance import advance
from solebook.core.orders.history import fold
from solebook.ports.language.deadlines import DeadlineKind
from solebook.ports.language.errors import IllegalMove
from solebook.ports.language.events import (
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
from solebook.ports.language.orders import (
    CancelReason,
    OrderStatus,
    PaymentStatus,
    PayoutStatus,
    ReturnStatus,
    StockStatus,
)

from ...exchange import MONDAY
from .walks import (
    INBOUND,
    MATCH,
    MOVES,
    OPENED,
    OUTBOUND,
    RULES,
    WAYS,
    WEDNESDAY,
    Walk,
    walked,
)

ID, BUYER, SELLER, PRICE = MATCH.id, MATCH.buyer_id, MATCH.seller_id, MATCH.price
REASON = "the stitching is wrong"


def cancelled(reason: CancelReason) -> OrderCancelled:
    return OrderCancelled(
        ID, MATCH.bid_id, MATCH.ask_id, BUYER, SELLER, MATCH.book, PRICE, reason, "a note"
    )


CANCEL_REASONS = {
    "pending, reserved": (
        CancelReason.PAYMENT_DECLINED,
        CancelReason.PAYMENT_OVERDUE,
        CancelReason.GIVEN_UP,
        CancelReason.STOCK_REFUSED,
    ),
    "confirmed": (
        CancelReason.SELLER_CANCELLED,
        CancelReason.SHIPMENT_OVERDUE,
        CancelReason.ADMIN_CANCELLED,
    ),
    "seller_shipping": (CancelReason.ARRIVAL_OVERDUE, CancelReason.ADMIN_CANCELLED),
}
TOLD: list[tuple[str, str, tuple[Event, ...]]] = [
    ("pending", "unit_reserved", (PaymentRequested(ID, BUYER, 21_400),)),
    (
        "pending, reserved",
        "paid",
        (OrderCreated(ID, BUYER, SELLER, MATCH.book, PRICE, MONDAY, WEDNESDAY),),
    ),
    ("confirmed", "ship_by_extended", ()),
    ("confirmed", "shipped", (OrderSellerShipped(ID, "UPS", "1Z1"),)),
    ("seller_shipping", "received", (OrderReceived(ID),)),
    ("authenticating", "passed", (OrderAuthPassed(ID, BUYER, SELLER),)),
    ("authenticating", "failed", (OrderAuthFailed(ID, BUYER, SELLER, PRICE, REASON),)),
    ("auth_passed", "dispatched", (OrderShipped(ID, BUYER, SELLER, "FedEx", "2Z2"),)),
    ("auth_failed", "return_sent", ()),
    ("auth_failed", "refunded", ()),
    ("delivered", "paid_out", ()),
    ("delivered", "payout_refused", ()),
    *(
        (state, f"cancelled: {reason}", (cancelled(reason),))
        for state, reasons in CANCEL_REASONS.items()
        for reason in reasons
    ),
]


@pytest.mark.parametrize(("state", "move", "messages"), TOLD)
def test_a_step_tells_the_other_contexts(
    state: str, move: str, messages: tuple[Event, ...]
) -> None:
    assert walked(WAYS[state]).take(MOVES[move]).messages == messages


def test_a_match_is_told_when_its_order_opens() -> None:
    step = advance(None, OPENED, MONDAY, RULES)
    assert step.order.status is OrderStatus.PENDING
    assert (step.order.buyer_total, step.order.payout_amount) == (21_400, 17_600)
    assert step.messages == (
        MatchCreated(ID, MATCH.bid_id, MATCH.ask_id, BUYER, SELLER, MATCH.book, PRICE, MONDAY),
    )


def test_a_delivery_is_told_with_its_instant() -> None:
    walk = walked(WAYS["shipping_to_buyer"])
    step = walk.take(MOVES["delivered"])
    assert step.messages == (OrderDelivered(ID, BUYER, SELLER, PRICE, walk.at),)
    assert walk.order.delivered_at == walk.at


# ---- deadlines -------------------------------------------------------------------------------

RUNNING = {
    OrderStatus.PENDING: {DeadlineKind.GIVE_UP},
    OrderStatus.CONFIRMED: {DeadlineKind.SHIPMENT},
    OrderStatus.SELLER_SHIPPING: {DeadlineKind.ARRIVAL},
    OrderStatus.AUTHENTICATING: set(),
    OrderStatus.AUTH_PASSED: set(),
    OrderStatus.SHIPPING_TO_BUYER: {DeadlineKind.DELIVERY},
    OrderStatus.DELIVERED: {DeadlineKind.PAYOUT},
    OrderStatus.CANCELLED: set(),
    OrderStatus.AUTH_FAILED: set(),
}
"""Which deadlines run in each state: in no state can an order be forgotten by all."""


@pytest.mark.parametrize("state", WAYS)
def test_just_the_deadlines_of_a_state_run_in_it(state: str) -> None:
    walk = walked(WAYS[state])
    assert walk.deadlines.keys() == RUNNING[walk.order.status]


@pytest.mark.parametrize(
    ("state", "kind", "due_after"),
    [
        ("pending", DeadlineKind.GIVE_UP, timedelta(hours=1)),
        ("seller_shipping", DeadlineKind.ARRIVAL, timedelta(days=14)),
        ("shipping_to_buyer", DeadlineKind.DELIVERY, timedelta(days=14)),
        ("delivered", DeadlineKind.PAYOUT, timedelta(days=3)),
    ],
)
def test_a_deadline_is_counted_from_the_step(
    state: str, kind: DeadlineKind, due_after: timedelta
) -> None:
    walk = walked(WAYS[state])
    assert walk.deadlines[kind] == walk.at + due_after


def test_the_seller_ships_by_the_deadline_that_was_told() -> None:
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


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(MOVES)), st.timedeltas(timedelta(0), timedelta(days=30))),
        max_size=25,
    )
)
def test_whatever_is_tried_the_history_folds_into_the_row(
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
        assert walk.deadlines.keys() == RUNNING[walk.order.status]


@pytest.mark.parametrize(
    ("way", "payment", "stock"),
    [
        (("cancelled: payment_overdue",), PaymentStatus.ABANDONED, StockStatus.UNRESERVED),
        (("cancelled: stock_refused",), PaymentStatus.ABANDONED, StockStatus.UNRESERVED),
        (WAYS["cancelled, declined"], PaymentStatus.DECLINED, StockStatus.RELEASED),
        (
            ("unit_reserved", "cancelled: payment_overdue"),
            PaymentStatus.ABANDONED,
            StockStatus.RELEASED,
        ),
        (WAYS["cancelled, unknown"], PaymentStatus.UNKNOWN, StockStatus.RELEASED),
        (WAYS["cancelled, cleared"], PaymentStatus.ABANDONED, StockStatus.RELEASED),
        (WAYS["cancelled, captured"], PaymentStatus.REFUND_DUE, StockStatus.REMOVED),
        (
            (*WAYS["seller_shipping"], "cancelled: arrival_overdue"),
            PaymentStatus.REFUND_DUE,
            StockStatus.REMOVED,
        ),
        (WAYS["auth_failed"], PaymentStatus.REFUND_DUE, StockStatus.REMOVED),
        (WAYS["delivered"], PaymentStatus.CAPTURED, StockStatus.CONSUMED),
    ],
)
def test_an_end_says_where_money_and_pair_are(
    way: tuple[str, ...], payment: PaymentStatus, stock: StockStatus
) -> None:
    order = walked(way).order
    assert (order.payment_status, order.stock_status) == (payment, stock)


def test_a_cancelled_order_keeps_reason_and_note() -> None:
    order = walked(WAYS["cancelled, captured"]).order
    assert (order.cancel_reason, order.note) == (CancelReason.SELLER_CANCELLED, "a note")


def test_a_failed_pair_is_due_back_until_it_is_sent() -> None:
    failed = walked(WAYS["auth_failed"]).order
    assert (failed.return_status, failed.note) == (ReturnStatus.DUE, REASON)
    returned = walked(WAYS["auth_failed, returned"]).order
    assert (returned.return_status, returned.outbound) == (ReturnStatus.SENT, OUTBOUND)


def test_parcels_are_kept_both_ways() -> None:
    order = walked(WAYS["shipping_to_buyer"]).order
    assert (order.inbound, order.outbound) == (INBOUND, OUTBOUND)


def test_a_payout_is_held_then_paid_or_failed() -> None:
    states = ("auth_passed", "delivered", "delivered, refused", "delivered, paid out")
    assert [walked(WAYS[state]).order.payout_status for state in states] == [
        PayoutStatus.NONE,
        PayoutStatus.HELD,
        PayoutStatus.FAILED,
        PayoutStatus.PAID,
    ]
