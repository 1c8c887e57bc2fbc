"""Orders that were walked to where they are, event by event, without any store."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from solebook.core.orders.advance import Step, advance
from solebook.ports.language.deadlines import DeadlineKind
from solebook.ports.language.ids import OrderId, ProductId, QuoteId, UserId
from solebook.ports.language.market import BookKey, Match, Side, Size
from solebook.ports.language.order_history import (
    Cancelled,
    Delivered,
    Dispatched,
    Failed,
    NotCharged,
    Opened,
    OrderEvent,
    Paid,
    PaidOut,
    Passed,
    PayoutRefused,
    Received,
    RecordedEvent,
    Refunded,
    ReturnSent,
    ShipByExtended,
    Shipped,
    UnitReserved,
)
from solebook.ports.language.orders import CancelReason, DeliveryProof, Fees, Order, Shipment
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.users import PostalAddress

from ...exchange import MONDAY

RULES = MarketRules()
WEDNESDAY = MONDAY + timedelta(days=2)
WAREHOUSE = UserId(UUID(int=9))
MATCH = Match(
    id=OrderId(UUID(int=1)),
    bid_id=QuoteId(UUID(int=2)),
    ask_id=QuoteId(UUID(int=3)),
    buyer_id=UserId(UUID(int=4)),
    seller_id=UserId(UUID(int=5)),
    book=BookKey(ProductId(UUID(int=6)), Size("9")),
    price=20_000,
    matched_at=MONDAY,
    maker=Side.ASK,
)
HOME = PostalAddress("1 Test Street", "Testville", "OR", "97005", "US")
OPENED = Opened(MATCH, Fees(1, transaction=1_800, processing=600, shipping=1_400), HOME)
INBOUND, OUTBOUND = Shipment("UPS", "1Z1"), Shipment("FedEx", "2Z2")

MOVES: dict[str, OrderEvent] = {
    "unit_reserved": UnitReserved(),
    "paid": Paid(21_400, WEDNESDAY),
    "ship_by_extended": ShipByExtended(WEDNESDAY + timedelta(days=1)),
    "shipped": Shipped(INBOUND),
    "received": Received(WAREHOUSE),
    "passed": Passed(WAREHOUSE),
    "failed": Failed(WAREHOUSE, "the stitching is wrong"),
    "dispatched": Dispatched(OUTBOUND),
    "return_sent": ReturnSent(OUTBOUND),
    "delivered": Delivered(DeliveryProof.BUYER),
    "not_charged": NotCharged(),
    "refunded": Refunded(21_400),
    "paid_out": PaidOut(17_600, 0),
    "payout_refused": PayoutRefused("account_closed"),
}
MOVES["cancelled: given_up, charged or not"] = Cancelled(CancelReason.GIVEN_UP, charge_known=False)
MOVES.update({f"cancelled: {reason}": Cancelled(reason, "a note") for reason in CancelReason})
"""An event of every kind, and a cancellation for every reason."""

WAYS: dict[str, tuple[str, ...]] = {
    "pending": (),
    "pending, reserved": ("unit_reserved",),
    "confirmed": ("unit_reserved", "paid"),
    "confirmed, extended": ("unit_reserved", "paid", "ship_by_extended"),
    "seller_shipping": ("unit_reserved", "paid", "shipped"),
    "authenticating": ("unit_reserved", "paid", "shipped", "received"),
    "auth_passed": ("unit_reserved", "paid", "shipped", "received", "passed"),
    "auth_failed": ("unit_reserved", "paid", "shipped", "received", "failed"),
    "cancelled, abandoned": ("cancelled: payment_overdue",),
    "cancelled, declined": ("unit_reserved", "cancelled: payment_declined"),
    "cancelled, unknown": ("unit_reserved", "cancelled: given_up, charged or not"),
    "cancelled, captured": ("unit_reserved", "paid", "cancelled: seller_cancelled"),
}
WAYS["shipping_to_buyer"] = (*WAYS["auth_passed"], "dispatched")
WAYS["delivered"] = (*WAYS["shipping_to_buyer"], "delivered")
WAYS["delivered, refused"] = (*WAYS["delivered"], "payout_refused")
WAYS["delivered, paid out"] = (*WAYS["delivered"], "paid_out")
WAYS["auth_failed, returned"] = (*WAYS["auth_failed"], "return_sent")
WAYS["auth_failed, refunded"] = (*WAYS["auth_failed"], "refunded")
WAYS["auth_failed, over"] = (*WAYS["auth_failed"], "refunded", "return_sent")
WAYS["cancelled, cleared"] = (*WAYS["cancelled, unknown"], "not_charged")
WAYS["cancelled, refunded"] = (*WAYS["cancelled, captured"], "refunded")
"""How an order comes to each state that matters, from its opening."""


@dataclass
class Walk:
    """An order, its whole history, and the deadlines that run."""

    order: Order
    history: list[RecordedEvent]
    deadlines: dict[DeadlineKind, datetime]
    at: datetime = MONDAY

    @classmethod
    def begun(cls) -> "Walk":
        step = advance(None, OPENED, MONDAY, RULES)
        walk = cls(step.order, [step.recorded], {})
        walk._keep_time(step)
        return walk

    def take(self, event: OrderEvent, after: timedelta = timedelta(minutes=1)) -> Step:
        """Take the order one event further. Raises IllegalMove, and then nothing changed."""
        at = self.at + after
        step = advance(self.order, event, at, RULES)
        self.at = at
        self.order = step.order
        self.history.append(step.recorded)
        self._keep_time(step)
        return step

    def _keep_time(self, step: Step) -> None:
        for kind in step.ends:
            self.deadlines.pop(kind, None)
        for deadline in step.begins:
            self.deadlines[deadline.kind] = deadline.due_at


def walked(moves: Iterable[str]) -> Walk:
    walk = Walk.begun()
    for move in moves:
        walk.take(MOVES[move])
    return walk


def order_in(state: str) -> Order:
    return walked(WAYS[state]).order
