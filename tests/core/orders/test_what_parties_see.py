"""The fields of an order's history that each party sees."""

from dataclasses import fields
from datetime import UTC, datetime
from uuid import UUID

import pytest

from solebook.core.orders.shown_orders import show_order
from solebook.core.orders.shown_steps import SHOWN, show_step
from solebook.core.orders.viewers import Viewer
from solebook.ports.language.complaints import Bearer, ComplaintKind
from solebook.ports.language.ids import OrderId, UserId
from solebook.ports.language.orders import CancelReason, FreezeReason, Shipment
from solebook.ports.language.steps import (
    ORDER_STEPS,
    Cancelled,
    CarrierReceiptNoted,
    Complained,
    ComplaintDismissed,
    ComplaintUpheld,
    Confirmed,
    OrderStep,
    PairArrived,
    PaymentRefunded,
    PayoutFrozen,
    PayoutPaid,
    PayoutRefused,
    PayoutReleased,
    Received,
    RecordedStep,
    RefundGranted,
    SellerShipped,
)
from solebook.ports.language.users import Actor, Role

from .walks import OPENED, order_in

AT = datetime(2026, 3, 2, tzinfo=UTC)
BY = UserId(UUID(int=9))


def test_visibility_is_declared_for_every_step_and_field() -> None:
    assert set(SHOWN) == set(ORDER_STEPS.values())
    for kind, shown in SHOWN.items():
        assert set(shown) <= {field.name for field in fields(kind)}, kind


@pytest.mark.parametrize(
    ("step", "buyer", "seller"),
    [
        (Confirmed(21_400, AT), {"amount", "ship_by"}, {"ship_by"}),
        (PaymentRefunded(21_400), {"amount"}, set()),
        (PayoutPaid(17_600, 0), set(), {"amount", "debt_settled"}),
        (PayoutRefused("closed"), set(), {"reason"}),
        (Received(BY), set(), set()),
        (SellerShipped(Shipment("UPS", "1Z")), {"shipment"}, {"shipment"}),
        (
            Cancelled(CancelReason.ADMIN_CANCELLED, "A whim.", BY),
            {"reason", "note", "charge_known"},
            {"reason", "note", "borne_by"},
        ),
        (Complained(ComplaintKind.NOT_RECEIVED, "odd"), {"kind", "reason"}, {"kind", "reason"}),
        (
            ComplaintUpheld(BY, "so it is", Bearer.SELLER, False),
            {"note", "return_waived"},
            {"note", "return_waived", "borne_by"},
        ),
        (ComplaintDismissed(BY, "no"), {"note"}, {"note"}),
        (RefundGranted(BY, "as agreed", Bearer.SELLER), {"note"}, {"note", "borne_by"}),
        (PayoutFrozen(FreezeReason.ADMIN, "odd", BY), set(), {"reason"}),
        (PayoutReleased(FreezeReason.ADMIN, "even", BY), set(), {"reason"}),
        (CarrierReceiptNoted(BY, "they called"), set(), set()),
        (PairArrived(BY), set(), set()),
    ],
)
def test_party_sees_its_own_fields_and_staff_see_all(
    step: OrderStep, buyer: set[str], seller: set[str]
) -> None:
    recorded = RecordedStep(OrderId(UUID(int=1)), 3, AT, step)
    seen = {viewer: set(show_step(recorded, viewer).data) for viewer in Viewer}
    everything = {field.name for field in fields(step)}
    assert seen == {Viewer.BUYER: buyer, Viewer.SELLER: seller, Viewer.STAFF: everything}


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUTHENTICATOR])
def test_a_party_who_is_staff_sees_the_order_as_the_party(role: Role) -> None:
    order = order_in("delivered")
    roles = frozenset({role})
    parties = {Viewer.BUYER: order.buyer_id, Viewer.SELLER: order.seller_id, Viewer.STAFF: BY}
    for viewer, user_id in parties.items():
        assert Viewer.of(Actor(user_id, roles), order) is viewer
    assert show_order(order, Actor(order.buyer_id, roles)).payout_amount is None


@pytest.mark.parametrize(
    ("state", "sees"),
    [("delivered, refund due", True), ("delivered, reclaimed", False)],
)
def test_a_buyer_is_shown_who_bears_the_refund_if_it_is_the_buyer(state: str, sees: bool) -> None:
    order = order_in(state)
    seen = show_order(order, Actor(order.buyer_id, frozenset()))
    assert seen.borne_by == (Bearer.BUYER if sees else None)
    assert seen.payout_freezes is None
    sellers = show_order(order, Actor(order.seller_id, frozenset()))
    assert sellers.borne_by == order.borne_by


@pytest.mark.parametrize(
    ("viewer", "note"),
    [
        (Viewer.BUYER, "insufficient_funds"),
        (Viewer.SELLER, None),
        (Viewer.STAFF, "insufficient_funds"),
    ],
)
def test_seller_does_not_see_why_a_payment_was_declined(viewer: Viewer, note: str | None) -> None:
    declined = Cancelled(CancelReason.PAYMENT_DECLINED, "insufficient_funds")
    recorded = RecordedStep(OrderId(UUID(int=1)), 3, AT, declined)
    assert show_step(recorded, viewer).data["note"] == note


@pytest.mark.parametrize("viewer", Viewer)
def test_opening_step_shows_no_fields(viewer: Viewer) -> None:
    recorded = RecordedStep(OPENED.match.id, 1, AT, OPENED)
    assert show_step(recorded, viewer).data == {}
