"""The states of money, pair and payout after an order ends or its buyer complains."""

from datetime import timedelta

import pytest

from solebook.ports.language.complaints import Bearer, ComplaintState
from solebook.ports.language.deadlines import DeadlineKind
from solebook.ports.language.orders import (
    CancelReason,
    FreezeReason,
    PaymentStatus,
    PayoutStatus,
    ReturnStatus,
    StockStatus,
)

from .walks import (
    INBOUND,
    MOVES,
    OUTBOUND,
    WAYS,
    walked,
)

REASON = "the stitching is wrong"


@pytest.mark.parametrize(
    ("way", "payment", "stock"),
    [
        (("cancelled: payment_overdue",), PaymentStatus.ABANDONED, StockStatus.UNRESERVED),
        (("cancelled: stock_refused",), PaymentStatus.ABANDONED, StockStatus.UNRESERVED),
        (WAYS["cancelled, declined"], PaymentStatus.DECLINED, StockStatus.RELEASED),
        (
            ("stock_reserved", "cancelled: payment_overdue"),
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
        (WAYS["cancelled, in the warehouse"], PaymentStatus.REFUND_DUE, StockStatus.REMOVED),
        (WAYS["cancelled, lost"], PaymentStatus.REFUND_DUE, StockStatus.REMOVED),
        (WAYS["delivered, refund due"], PaymentStatus.REFUND_DUE, StockStatus.CONSUMED),
    ],
)
def test_final_states_of_money_and_pair(
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


def test_inbound_and_outbound_shipments_are_stored() -> None:
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


@pytest.mark.parametrize(
    ("state", "bearer", "payout", "refund"),
    [
        ("delivered, refund due", Bearer.BUYER, PayoutStatus.CANCELLED, 20_000),
        ("delivered, refund due, returned", Bearer.SELLER, PayoutStatus.CANCELLED, 21_400),
        ("delivered, reclaimed", Bearer.SELLER, PayoutStatus.RECLAIMED, 21_400),
        ("delivered, refund due, kept by the buyer", Bearer.EXCHANGE, PayoutStatus.HELD, 21_400),
        ("cancelled, in the warehouse", Bearer.SELLER, PayoutStatus.NONE, 21_400),
        ("cancelled, at the exchange's cost", Bearer.EXCHANGE, PayoutStatus.HELD, 21_400),
        *(
            (f"cancelled, at the exchange's cost, {where}", Bearer.EXCHANGE, payout, 21_400)
            for where, payout in (
                ("not shipped", PayoutStatus.NONE),
                ("perhaps shipped", PayoutStatus.NONE),
                ("with the carrier", PayoutStatus.HELD),
            )
        ),
        ("auth_failed", Bearer.SELLER, PayoutStatus.NONE, 21_400),
        ("cancelled, abandoned", None, PayoutStatus.NONE, 21_400),
    ],
)
def test_refund_sets_its_bearer_and_the_payout_state(
    state: str, bearer: Bearer | None, payout: PayoutStatus, refund: int
) -> None:
    order = walked(WAYS[state]).order
    assert (order.borne_by, order.payout_status, order.refund_amount) == (bearer, payout, refund)


@pytest.mark.parametrize(
    ("way", "status"),
    [
        (WAYS["cancelled, in the warehouse"], ReturnStatus.DUE),
        (WAYS["cancelled, at the exchange's cost"], ReturnStatus.KEPT),
        (
            (*WAYS["cancelled, at the exchange's cost, not shipped"], "pair_arrived"),
            ReturnStatus.DUE,
        ),
        (
            (*WAYS["cancelled, at the exchange's cost, with the carrier"], "pair_arrived"),
            ReturnStatus.KEPT,
        ),
        (WAYS["cancelled, captured"], ReturnStatus.NONE),
        (WAYS["cancelled, arrived"], ReturnStatus.DUE),
        ((*WAYS["cancelled, arrived"], "returned"), ReturnStatus.SENT),
        ((*WAYS["cancelled, lost"], "pair_arrived"), ReturnStatus.KEPT),
        (WAYS["delivered, refund due, returned"], ReturnStatus.DUE),
        ((*WAYS["delivered, reclaimed"], "pair_arrived"), ReturnStatus.DUE),
    ],
)
def test_pair_is_due_back_to_the_seller_unless_the_exchange_pays(
    way: tuple[str, ...], status: ReturnStatus
) -> None:
    assert walked(way).order.return_status is status


@pytest.mark.parametrize(
    ("way", "state", "frozen"),
    [
        (WAYS["delivered, complained"], ComplaintState.OPEN, True),
        (WAYS["delivered, return awaited"], ComplaintState.RETURN_AWAITED, True),
        (WAYS["delivered, dismissed"], ComplaintState.DISMISSED, False),
        (WAYS["delivered, refund due, returned"], ComplaintState.UPHELD, False),
        (WAYS["cancelled, lost"], ComplaintState.UPHELD, False),
        (
            (*WAYS["delivered, complained"], "refund_granted: exchange"),
            ComplaintState.UPHELD,
            False,
        ),
        (
            (*WAYS["shipping_to_buyer, complained"], "cancelled: admin_cancelled"),
            ComplaintState.UPHELD,
            False,
        ),
        (
            (*WAYS["shipping_to_buyer, complained"], "delivered: buyer"),
            ComplaintState.WITHDRAWN,
            False,
        ),
        (
            (*WAYS["delivered, return awaited"], "complaint_dismissed"),
            ComplaintState.DISMISSED,
            False,
        ),
    ],
)
def test_a_complaint_freezes_the_payout_until_it_is_settled(
    way: tuple[str, ...], state: ComplaintState, frozen: bool
) -> None:
    order = walked(way).order
    assert order.complaint is not None
    assert (order.complaint.state, FreezeReason.COMPLAINT in order.freezes) == (state, frozen)


def test_a_payout_falls_due_when_the_last_freeze_is_lifted_and_the_hold_is_over() -> None:
    walk = walked((*WAYS["delivered, complained"], "payout_frozen: admin"))
    assert DeadlineKind.PAYOUT not in walk.deadlines
    walk.take(MOVES["complaint_dismissed"])
    assert DeadlineKind.PAYOUT not in walk.deadlines
    walk.take(MOVES["payout_released: admin"], timedelta(days=9))
    assert walk.deadlines == {DeadlineKind.PAYOUT: walk.at}


def test_freeze_lifted_within_the_hold_does_not_change_the_hold() -> None:
    walk = walked(WAYS["delivered"])
    due_at = walk.deadlines[DeadlineKind.PAYOUT]
    walk.take(MOVES["payout_frozen: admin"])
    walk.take(MOVES["payout_released: admin"])
    assert walk.deadlines == {DeadlineKind.PAYOUT: due_at}


def test_payout_after_the_refund_is_reclaimed() -> None:
    walk = walked((*WAYS["delivered, refund due"], "payout_paid"))
    assert walk.order.payout_status is PayoutStatus.RECLAIMED


def test_a_seller_is_excused_whether_the_receipt_is_noted_before_or_after() -> None:
    before = walked((*WAYS["seller_shipping, noted"], "cancelled: arrival_overdue")).order
    after = walked(WAYS["cancelled, excused"]).order
    assert [order.owes_penalty for order in (before, after)] == [False, False]
    assert walked(WAYS["cancelled, never arrived"]).order.owes_penalty
    assert walked(WAYS["cancelled, captured"]).order.owes_penalty
    assert not walked(WAYS["cancelled, in the warehouse"]).order.owes_penalty
