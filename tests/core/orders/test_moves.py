"""Which moves are legal in which state of an order."""

import pytest

from solebook.core.orders.advance import advance
from solebook.core.orders.moves import is_legal, legal_moves
from solebook.ports.language.errors import IllegalMove
from solebook.ports.language.orders import OrderStatus

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
    "cancelled: admin_cancelled",
}
LEGAL: dict[str, set[str]] = {
    "pending": {"unit_reserved"} | UNPAID,
    "pending, reserved": {"paid"} | UNPAID,
    "confirmed": {"ship_by_extended", "shipped"} | UNSHIPPED,
    "confirmed, extended": {"shipped"} | UNSHIPPED,
    "seller_shipping": {
        "received",
        "cancelled: arrival_overdue",
        "cancelled: admin_cancelled",
    },
    "authenticating": {"passed", "failed"},
    "auth_passed": {"dispatched"},
    "shipping_to_buyer": {"delivered"},
    "delivered": {"paid_out", "payout_refused"},
    "delivered, refused": {"paid_out"},
    "delivered, paid out": set(),
    "auth_failed": {"refunded", "return_sent"},
    "auth_failed, returned": {"refunded"},
    "auth_failed, refunded": {"return_sent"},
    "auth_failed, over": set(),
    # A charge may succeed late, whatever the reason why none was wanted any more.
    "cancelled, abandoned": {"refunded"},
    "cancelled, declined": {"refunded"},
    "cancelled, captured": {"refunded"},
    "cancelled, unknown": {"not_charged", "refunded"},
    "cancelled, cleared": {"refunded"},
    "cancelled, refunded": set(),
}


def test_every_state_is_tried() -> None:
    assert LEGAL.keys() == WAYS.keys()
    assert {order_in(state).status for state in WAYS} == set(OrderStatus)


@pytest.mark.parametrize("state", WAYS)
def test_just_the_legal_moves_are_made(state: str) -> None:
    order = order_in(state)
    made = {move for move, event in MOVES.items() if is_legal(order, event)}
    assert made == LEGAL[state]
    for move in made:
        after = advance(order, MOVES[move], MONDAY, RULES).order
        assert after.version == order.version + 1


@pytest.mark.parametrize("state", WAYS)
def test_an_illegal_move_is_refused_with_the_legal_ones(state: str) -> None:
    order = order_in(state)
    names = {move.partition(":")[0] for move in LEGAL[state]}
    assert set(legal_moves(order)) == names
    for move in MOVES.keys() - LEGAL[state]:
        with pytest.raises(IllegalMove) as refused:
            advance(order, MOVES[move], MONDAY, RULES)
        assert refused.value.order_id == order.id
        assert refused.value.status == order.status
        assert refused.value.move == MOVES[move].TYPE
        # A cancellation for another reason may be legal, but it is not what was asked for.
        assert set(refused.value.legal) == names - {MOVES[move].TYPE}


@pytest.mark.parametrize("state", WAYS)
def test_an_order_is_not_opened_again(state: str) -> None:
    with pytest.raises(IllegalMove):
        advance(order_in(state), OPENED, MONDAY, RULES)
