"""The legal moves in each state of an order."""

import pytest

from solebook.core.orders.advance import advance
from solebook.core.orders.moves import NOTES, is_legal, legal_moves
from solebook.ports.language.complaints import Bearer
from solebook.ports.language.errors import IllegalMove
from solebook.ports.language.orders import DeliveryProof, OrderStatus

from ...exchange import MONDAY
from .walks import MOVES, OPENED, RULES, WAYS, order_in

UNPAID = {
    "cancelled: payment_declined",
    "cancelled: payment_overdue",
    "cancelled: given_up",
    "cancelled: given_up, charged or not",
    "cancelled: stock_refused",
}
UNSHIPPED = {
    "cancelled: seller_cancelled",
    "cancelled: shipment_overdue",
}
ADMINS = {"cancelled: admin_cancelled"} | {
    f"cancelled: admin_cancelled, {bearer}" for bearer in Bearer
}
"""Cancellations by an admin, with each bearer."""
UNPAID |= ADMINS
UNSHIPPED |= ADMINS
FREEZING = {"payout_frozen: admin", "payout_frozen: provider", "payout_frozen: dispute"}
UPHOLDING = {f"complaint_upheld: {bearer}" for bearer in Bearer}
WAIVING = {f"complaint_upheld: {bearer}, waived" for bearer in Bearer}
DECIDING = {"complaint_dismissed"} | UPHOLDING | WAIVING
GRANTING = {f"refund_granted: {bearer}" for bearer in Bearer}
BEFORE_PAYOUT = {"payout_paid", "payout_refused", "complained: not_as_described", "pair_arrived"}
ARRIVING = {f"delivered: {proof}" for proof in DeliveryProof}
LEGAL: dict[str, set[str]] = {
    "pending": {"stock_reserved"} | UNPAID | FREEZING,
    "pending, reserved": {"confirmed"} | UNPAID | FREEZING,
    "confirmed": {"ship_by_extended", "seller_shipped"} | UNSHIPPED | FREEZING,
    "confirmed, extended": {"seller_shipped"} | UNSHIPPED | FREEZING,
    "seller_shipping": {"received", "cancelled: arrival_overdue", "carrier_receipt_noted"}
    | ADMINS
    | FREEZING,
    "seller_shipping, noted": {"received", "cancelled: arrival_overdue"} | ADMINS | FREEZING,
    "authenticating": {"auth_passed", "auth_failed"} | ADMINS | FREEZING,
    "authenticating, frozen": {
        "auth_passed",
        "auth_failed",
        *FREEZING - {"payout_frozen: provider"},
    }
    | {"payout_released: provider"}
    | ADMINS,
    "auth_passed": {"shipped"} | ADMINS | FREEZING,
    "auth_passed, complained": {"shipped"} | DECIDING | ADMINS | FREEZING,
    "shipping_to_buyer": {"complained: not_received", "pair_arrived"}
    | ARRIVING
    | ADMINS
    | FREEZING,
    # A deadline cannot settle a complaint, and an admin must decide it instead.
    "shipping_to_buyer, complained": {"delivered: buyer", "pair_arrived"}
    | DECIDING
    | ADMINS
    | FREEZING,
    "delivered": BEFORE_PAYOUT | GRANTING | FREEZING,
    "delivered, withdrawn": BEFORE_PAYOUT | GRANTING | FREEZING,
    "delivered, came back": (BEFORE_PAYOUT - {"pair_arrived"}) | {"shipped"} | GRANTING | FREEZING,
    "delivered, came back, sent": BEFORE_PAYOUT | GRANTING | FREEZING,
    # A pair under complaint stays until the complaint is decided.
    "delivered, came back, complained": {"payout_paid", "payout_refused"}
    | DECIDING
    | GRANTING
    | FREEZING,
    "delivered, assumed": {"payout_paid", "payout_refused", "pair_arrived"}
    | {"complained: not_as_described", "complained: not_received"}
    | GRANTING
    | FREEZING,
    "delivered, refused": (BEFORE_PAYOUT - {"payout_refused"}) | GRANTING | FREEZING,
    "delivered, paid out": {"complained: not_as_described", "pair_arrived"} | GRANTING,
    "delivered, frozen": BEFORE_PAYOUT
    | FREEZING - {"payout_frozen: admin"}
    | {"payout_released: admin"}
    | GRANTING,
    "delivered, complained": {"payout_paid", "payout_refused", "pair_arrived"}
    | DECIDING
    | GRANTING
    | FREEZING,
    "delivered, paid out, complained": {"pair_arrived"} | DECIDING | GRANTING,
    "delivered, dismissed": {"payout_paid", "payout_refused", "pair_arrived"} | GRANTING | FREEZING,
    "delivered, return awaited": {"payout_paid", "payout_refused", "complaint_dismissed"}
    | {"pair_arrived"}
    | WAIVING
    | GRANTING
    | FREEZING,
    "delivered, refund due, returned": {"payment_refunded", "returned", "payout_paid"},
    "delivered, refund due, kept by the buyer": {"payment_refunded", "pair_arrived"}
    | {"payout_paid", "payout_refused"}
    | FREEZING,
    "delivered, refund due": {"payment_refunded", "pair_arrived", "payout_paid"},
    "delivered, reclaimed": {"payment_refunded", "pair_arrived"},
    "auth_failed": {"payment_refunded", "returned"},
    "auth_failed, returned": {"payment_refunded", "pair_arrived"},
    "auth_failed, refunded": {"returned"},
    "auth_failed, over": {"pair_arrived"},
    # A charge may succeed late, whatever the reason for the cancellation. A pair may arrive late
    # too.
    "cancelled, abandoned": {"payment_refunded", "pair_arrived"},
    "cancelled, declined": {"payment_refunded", "pair_arrived"},
    "cancelled, captured": {"payment_refunded", "pair_arrived"},
    "cancelled, unknown": {"buyer_not_charged", "payment_refunded", "pair_arrived"},
    "cancelled, cleared": {"payment_refunded", "pair_arrived"},
    "cancelled, refunded": {"pair_arrived"},
    "cancelled, arrived": {"payment_refunded", "returned"},
    "cancelled, never arrived": {"payment_refunded", "pair_arrived", "carrier_receipt_noted"},
    "cancelled, excused": {"payment_refunded", "pair_arrived", "payout_paid", "payout_refused"},
    "cancelled, excused, paid back": {"payment_refunded", "pair_arrived"},
    "cancelled, in the warehouse": {"payment_refunded", "returned"},
    "cancelled, at the exchange's cost": {"payment_refunded", "payout_paid", "payout_refused"}
    | FREEZING,
    "cancelled, at the exchange's cost, not shipped": {"payment_refunded", "pair_arrived"},
    "cancelled, at the exchange's cost, perhaps shipped": {"payment_refunded", "pair_arrived"},
    "cancelled, at the exchange's cost, with the carrier": {"payment_refunded", "pair_arrived"}
    | {"payout_paid", "payout_refused"}
    | FREEZING,
    "cancelled, lost": {"payment_refunded", "pair_arrived", "payout_paid", "payout_refused"}
    | FREEZING,
}


NOBODYS = {
    "stock_reserved",
    "confirmed",
    "buyer_not_charged",
    "payment_refunded",
    "payout_paid",
    "payout_refused",
}


def test_every_state_is_tested() -> None:
    assert LEGAL.keys() == WAYS.keys()
    assert {order_in(state).status for state in WAYS} == set(OrderStatus)


def test_what_was_delivered_or_failed_is_never_cancelled() -> None:
    """So that the quotes of its match can be archived."""
    for state, moves in LEGAL.items():
        if state.startswith(("delivered", "auth_failed")):
            assert not [move for move in moves if move.startswith("cancelled")], state


for _state in ("confirmed", "confirmed, extended"):
    LEGAL[_state] = LEGAL[_state] | {"put_off: to ship"}
for _state, _moves in LEGAL.items():
    if _state.startswith("delivered") and "complained: not_as_described" in _moves:
        LEGAL[_state] = _moves | {"put_off: to complain"}


@pytest.mark.parametrize("state", WAYS)
def test_exactly_the_legal_moves_are_accepted(state: str) -> None:
    order = order_in(state)
    made = {move for move, event in MOVES.items() if is_legal(order, event)}
    assert made == LEGAL[state]
    for move in made:
        after = advance(order, MOVES[move], MONDAY, RULES).order
        assert after.version == order.version + 1


@pytest.mark.parametrize("state", WAYS)
def test_an_illegal_move_is_refused_with_the_legal_ones(state: str) -> None:
    order = order_in(state)
    noted = {note.TYPE for note in NOTES}
    names = {move.partition(":")[0] for move in LEGAL[state]} - noted
    assert set(legal_moves(order)) == names
    for move in MOVES.keys() - LEGAL[state]:
        with pytest.raises(IllegalMove) as refused:
            advance(order, MOVES[move], MONDAY, RULES)
        assert refused.value.order_id == order.id
        assert refused.value.status == order.status
        assert refused.value.move == MOVES[move].TYPE
        # A cancellation for another reason may be legal, but it was not requested. Users cannot
        # request steps that only report on the stock or the money.
        assert set(refused.value.legal) == names - {MOVES[move].TYPE} - NOBODYS


@pytest.mark.parametrize("state", WAYS)
def test_an_order_is_not_opened_again(state: str) -> None:
    with pytest.raises(IllegalMove):
        advance(order_in(state), OPENED, MONDAY, RULES)
